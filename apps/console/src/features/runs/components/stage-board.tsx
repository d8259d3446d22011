import type { JobView, RunView } from '@sluice/contracts/api'
import { Link } from 'react-router'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { Section } from '../../../shared/ui/section.tsx'
import { Sign } from '../../../shared/ui/status.tsx'
import { Elapsed } from '../../../shared/ui/times.tsx'
import { jobLooks } from '../../../shared/ui/tone.ts'
import { newestAttempt } from '../job-facts.ts'
import { ChildLink } from './child-link.tsx'

/** Stages as columns with their jobs; on a phone one below the other. */
export function StageBoard({ run }: { run: RunView }) {
  const { t } = useTexts()
  const stages = run.stages.filter((stage) => stage.jobs.length > 0)
  return (
    <Section id="jobs" title={t('jobs.title')} plain>
      {stages.length === 0 ? <p className="empty-note">{t('jobs.empty')}</p> : null}
      <div className="stages">
        {stages.map((stage) => (
          <section key={stage.name} className="stage" aria-label={t('jobs.stage', { stage: stage.name })}>
            <h3>{stage.name}</h3>
            <ul>
              {stage.jobs.map((job) => (
                <li key={job.name}>
                  <JobCard job={job} />
                  {job.downstream?.child == null ? null : <ChildLink child={job.downstream.child} />}
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Section>
  )
}

function JobCard({ job }: { job: JobView }) {
  const { t, s } = useTexts()
  const attempt = newestAttempt(job)
  const look = jobLooks[job.state]
  return (
    <Link to={{ search: `?job=${encodeURIComponent(job.name)}` }} preventScrollReset className={`job job-${look.tone}`}>
      <Sign tone={look.tone} />
      <span className="job-name">{job.name}</span>
      <span className="job-time">
        {attempt?.startedAt == null ? null : <Elapsed from={attempt.startedAt} to={attempt.finishedAt} />}
      </span>
      <span className="job-state">
        {t(look.label)}
        {job.attempts.length > 1 ? ` · ${t('job.attempts', { count: job.attempts.length })}` : ''}
        {job.allowFailure ? ` · ${t('job.allowFailure')}` : ''}
        {job.stateReason.en === '' || job.state === 'manual' ? '' : ` · ${s(job.stateReason)}`}
      </span>
    </Link>
  )
}
