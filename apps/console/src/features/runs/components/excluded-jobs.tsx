import type { RunView } from '@sluice/contracts/api'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { ReasonList } from './reason-list.tsx'

/** Jobs that the pipeline defines and this change does not run, with the reason. */
export function ExcludedJobs({ excluded }: { excluded: RunView['excluded'] }) {
  const { t } = useTexts()
  if (excluded.length === 0) return null
  return (
    <details className="fold">
      <summary>{t('jobs.excluded', { count: excluded.length })}</summary>
      <ul className="plain-list">
        {excluded.map((job) => (
          <li key={job.name}>
            <b>{job.name}</b> <span className="muted">{job.stage}</span>
            <ReasonList reasons={job.reasons} />
          </li>
        ))}
      </ul>
    </details>
  )
}
