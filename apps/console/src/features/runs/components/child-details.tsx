import type { DownstreamView } from '@sluice/contracts/api'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { ChildLink } from './child-link.tsx'

const strategyKeys = { depend: 'job.child.depend', mirror: 'job.child.mirror', none: 'job.child.alone' } as const

/** What there is in place of a log for a job that begins another run. */
export function ChildDetails({ downstream: { strategy, child } }: { downstream: DownstreamView }) {
  const { t } = useTexts()
  return (
    <div className="job-note">
      {child === null ? <p className="empty-note">{t('job.child.none')}</p> : <ChildLink child={child} />}
      <p className="muted">{t(strategyKeys[strategy ?? 'none'])}</p>
    </div>
  )
}
