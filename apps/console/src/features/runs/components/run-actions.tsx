import { Button } from 'antd'
import type { RunView } from '@sluice/contracts/api'
import { useNavigate } from 'react-router'
import { paths } from '../../../paths.ts'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { mayDo, useSession } from '../../../shared/session/get-session.ts'
import { useConfirm } from '../../../shared/ui/use-confirm.tsx'
import { cancelRun } from '../api/cancel-run.ts'
import { createRun } from '../api/create-run.ts'

/** Run again and cancel, for those who may; each asks first and says what will happen. A child begins with its parent alone. */
export function RunActions({ run }: { run: RunView }) {
  const { t } = useTexts()
  const session = useSession()
  const confirm = useConfirm()
  const navigate = useNavigate()
  const underWay = run.status === 'running' || run.delivery === 'delivering'
  const runAgain = () =>
    confirm({
      title: t('run.again.title'),
      content: t(run.deliver ? 'run.again.deliver' : 'run.again.content', { ref: run.ref }),
      confirm: t('run.again.action'),
      act: async () => {
        const created = await createRun(run.project, run.ref, run.deliver)
        await navigate(paths.run.to(created.id))
      },
    })
  const cancel = () =>
    confirm({
      title: t('run.cancel.title', { number: run.number }),
      content: run.parent === null ? t('run.cancel.content') : t('run.cancel.child', { parent: run.parent.number }),
      confirm: t('run.cancel.action'),
      danger: true,
      act: () => cancelRun(run.id),
    })
  return (
    <div className="actions">
      {underWay && mayDo(session, 'run.cancel') ? (
        <Button danger onClick={cancel}>
          {t('run.cancel.action')}
        </Button>
      ) : null}
      {!underWay && run.parent === null && mayDo(session, 'run.create') ? (
        <Button onClick={runAgain}>{t('run.again.action')}</Button>
      ) : null}
    </div>
  )
}
