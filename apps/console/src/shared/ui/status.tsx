import {
  CheckCircleFilled,
  ClockCircleOutlined,
  CloseCircleFilled,
  ExclamationCircleFilled,
  SyncOutlined,
} from '@ant-design/icons'
import { useTexts } from '../i18n/text-context.ts'
import type { Look, Tone } from './tone.ts'

const signs = {
  good: CheckCircleFilled,
  bad: CloseCircleFilled,
  busy: SyncOutlined,
  warn: ExclamationCircleFilled,
  idle: ClockCircleOutlined,
} as const

/** The sign of a tone: told by shape as well as by colour. */
export function Sign({ tone }: { tone: Tone }) {
  const Icon = signs[tone]
  return <Icon className={`sign sign-${tone}`} spin={tone === 'busy'} aria-hidden />
}

/** A state as a pill with its sign and name. */
export function Status({ look }: { look: Look }) {
  const { t } = useTexts()
  return (
    <span className={`pill pill-${look.tone}`}>
      <Sign tone={look.tone} />
      {t(look.label)}
    </span>
  )
}
