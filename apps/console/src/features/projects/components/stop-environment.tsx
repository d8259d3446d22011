import { Button } from 'antd'
import type { EnvironmentView } from '@sluice/contracts/api'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { mayDo, useSession } from '../../../shared/session/get-session.ts'
import { useConfirm } from '../../../shared/ui/use-confirm.tsx'
import { stopEnvironment } from '../api/stop-environment.ts'

/** Ends what serves in an environment that is no longer in the policy, after asking; for those who may. */
export function StopEnvironment({ project, environment }: { project: string; environment: EnvironmentView }) {
  const { t } = useTexts()
  const session = useSession()
  const confirm = useConfirm()
  const { name, inPolicy, release, state } = environment
  if (inPolicy || release === null || state === 'deploying' || !mayDo(session, 'environment.stop')) return null
  const ask = () =>
    confirm({
      title: t('environment.stop.title', { environment: name }),
      content: t('environment.stop.content', { version: release.version }),
      confirm: t('environment.stop.action'),
      danger: true,
      act: () => stopEnvironment(project, name),
    })
  return (
    <div className="actions">
      <Button danger onClick={ask}>
        {t('environment.stop.action')}
      </Button>
    </div>
  )
}
