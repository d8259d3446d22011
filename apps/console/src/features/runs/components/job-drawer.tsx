import { Drawer, Segmented } from 'antd'
import type { JobView, RunView } from '@sluice/contracts/api'
import { useSearchParams } from 'react-router'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { formatBytes } from '../../../shared/lib/format.ts'
import { Status } from '../../../shared/ui/status.tsx'
import { Elapsed } from '../../../shared/ui/times.tsx'
import { jobLooks } from '../../../shared/ui/tone.ts'
import { attemptNumbered, hasEnded } from '../job-facts.ts'
import { ChildDetails } from './child-details.tsx'
import { LogViewer } from './log-viewer.tsx'
import { PlayJob } from './play-job.tsx'
import { ReasonList } from './reason-list.tsx'
import { ResourceGroupFacts } from './resource-group-facts.tsx'

/** The job that the address names (`?job=…&attempt=…`), in a drawer beside the run. */
export function JobDrawer({ run }: { run: RunView }) {
  const { t } = useTexts()
  const [search, setSearch] = useSearchParams()
  const job = run.stages.flatMap((stage) => stage.jobs).find((candidate) => candidate.name === search.get('job'))
  const close = () => setSearch({}, { preventScrollReset: true })
  const choose = (attempt: number) =>
    setSearch({ job: job?.name ?? '', attempt: String(attempt) }, { preventScrollReset: true, replace: true })
  return (
    <Drawer
      open={job !== undefined}
      onClose={close}
      size="min(1080px, 100vw)"
      title={job === undefined ? '' : t('job.title', { job: job.name, stage: job.stage })}
      destroyOnHidden
      styles={{ body: { padding: 0, display: 'flex', flexDirection: 'column' } }}
    >
      {job === undefined ? null : <JobDetails run={run} job={job} attempt={search.get('attempt')} choose={choose} />}
    </Drawer>
  )
}

function JobDetails(props: { run: RunView; job: JobView; attempt: string | null; choose: (attempt: number) => void }) {
  const { t, s } = useTexts()
  const { job, run } = props
  const group = run.resourceGroups.find(({ name }) => name === job.resourceGroup)
  const attempt = attemptNumbered(job, props.attempt)
  return (
    <>
      <div className="job-facts">
        <div className="inline-list">
          <Status look={jobLooks[attempt?.state ?? job.state]} />
          {attempt?.startedAt == null ? null : <Elapsed from={attempt.startedAt} to={attempt.finishedAt} />}
          {attempt?.exitCode == null ? null : <span>{t('job.exitCode', { code: attempt.exitCode })}</span>}
          {attempt?.runnerId == null ? null : <span>{t('job.runner', { runner: attempt.runnerId })}</span>}
          {attempt?.isolation == null ? null : <Isolation isolation={attempt.isolation} />}
          {job.needs === null || job.needs.length === 0 ? null : (
            <span>{t('job.needs', { jobs: job.needs.join(', ') })}</span>
          )}
          {job.artifacts.map((artifact) => (
            <span key={artifact.type}>
              {t('job.artifact', { type: artifact.type, files: artifact.files, size: formatBytes(artifact.sizeBytes) })}
            </span>
          ))}
        </div>
        {job.stateReason.en === '' || job.state === 'manual' ? null : <p className="muted">{s(job.stateReason)}</p>}
        {group === undefined ? null : <ResourceGroupFacts run={run} group={group} />}
        {job.state === 'manual' && run.status !== 'canceled' ? (
          <PlayJob run={run.id} job={job.name} confirmation={job.confirmation} />
        ) : null}
        {job.attempts.length < 2 || attempt === null ? null : (
          <Segmented
            aria-label={t('job.chooseAttempt')}
            value={attempt.number}
            onChange={props.choose}
            options={job.attempts.map((each) => ({
              value: each.number,
              label: t('job.attempt', { number: each.number }),
            }))}
          />
        )}
        <details className="fold">
          <summary>{t('job.reasons')}</summary>
          <ReasonList reasons={job.reasons} />
        </details>
      </div>
      {job.downstream === null ? (
        <AttemptLog run={run.id} job={job.name} attempt={attempt} />
      ) : (
        <ChildDetails downstream={job.downstream} />
      )}
    </>
  )
}

function AttemptLog({ run, job, attempt }: { run: string; job: string; attempt: JobView['attempts'][number] | null }) {
  const { t } = useTexts()
  if (attempt === null) return <p className="empty-note job-note">{t('log.notStarted')}</p>
  const { number } = attempt
  return <LogViewer key={`${job}/${number}`} log={{ run, job, attempt: number }} ended={hasEnded(attempt)} />
}
const isolationTexts = {
  uid: 'job.isolation.uid',
  'user-namespace': 'job.isolation.namespace',
  container: 'job.isolation.container',
} as const

function Isolation({ isolation }: { isolation: NonNullable<JobView['attempts'][number]['isolation']> }) {
  const { t } = useTexts()
  if (isolation === 'none') return <span className="pill pill-warn">{t('run.unisolated')}</span>
  return <span>{t(isolationTexts[isolation])}</span>
}
