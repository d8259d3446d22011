import type { DownstreamView } from '@sluice/contracts/api'
import { Link } from 'react-router'
import { paths } from '../../../paths.ts'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { Status } from '../../../shared/ui/status.tsx'
import { Elapsed } from '../../../shared/ui/times.tsx'
import { runLooks } from '../../../shared/ui/tone.ts'

/** The way to the run that a job began, with how it stands. */
export function ChildLink({ child }: { child: NonNullable<DownstreamView['child']> }) {
  const { t } = useTexts()
  return (
    <Link to={paths.run.to(child.runId)} className="child-link">
      <span>{t('job.child', { number: child.number })}</span>
      <Status look={runLooks[child.status]} />
      <span className="job-time">
        <Elapsed from={child.startedAt} to={child.finishedAt} />
      </span>
    </Link>
  )
}
