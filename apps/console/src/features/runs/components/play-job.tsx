import { Button } from 'antd'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { mayDo, useSession } from '../../../shared/session/get-session.ts'
import { useConfirm } from '../../../shared/ui/use-confirm.tsx'
import { playJob } from '../api/play-job.ts'

/** Starts a job that waits for a person, for those who may; asks first, with the question that the job has. */
export function PlayJob({ run, job, confirmation }: { run: string; job: string; confirmation: string | null }) {
  const { t } = useTexts()
  const session = useSession()
  const confirm = useConfirm()
  if (!mayDo(session, 'run.create')) return null
  const play = () =>
    confirm({
      title: t('job.play.title', { job }),
      content: (
        <>
          {confirmation === null ? null : <p className="job-question">{confirmation}</p>}
          <p>{t('job.play.content')}</p>
        </>
      ),
      confirm: t('job.play.action'),
      act: () => playJob(run, job),
    })
  return (
    <div>
      <Button type="primary" onClick={play}>
        {t('job.play.action')}
      </Button>
    </div>
  )
}
