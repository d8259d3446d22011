import { App, Button } from 'antd'
import type { ProjectView } from '@sluice/contracts/api'
import { useNavigate } from 'react-router'
import { paths } from '../../../paths.ts'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { mayDo, useSession } from '../../../shared/session/get-session.ts'
import { useConfirm } from '../../../shared/ui/use-confirm.tsx'
import { syncProject } from '../api/sync-project.ts'

/** Takes the newest change of the project and delivers it, after asking; for those who may. */
export function DeliverNewest({ project }: { project: ProjectView }) {
  const { t } = useTexts()
  const session = useSession()
  const confirm = useConfirm()
  const navigate = useNavigate()
  const { message } = App.useApp()
  if (!mayDo(session, 'run.create')) return null
  const ask = () =>
    confirm({
      title: t('deliver.title'),
      content: t('deliver.content', { branch: project.defaultBranch }),
      confirm: t('deliver.action'),
      act: async () => {
        const run = await syncProject(project.slug)
        if (run === null) void message.info(t('deliver.nothing'))
        else await navigate(paths.run.to(run.id))
      },
    })
  return (
    <Button type="primary" onClick={ask}>
      {t('deliver.action')}
    </Button>
  )
}
