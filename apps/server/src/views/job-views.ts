import type { JobState, JobView, ResourceGroupView, RunView, Sentence } from '@sluice/contracts/api'
import { hasFailed, reasonSentence, type JobStatus, type RunJob } from '@sluice/engine'
import type { ArtifactRow, AttemptRow, RunHead, RunRow } from '@sluice/store-postgres'
import { resourceSentence } from './resource-sentence.ts'

const states: Record<JobStatus, JobState> = {
  created: 'created',
  delayed: 'waiting',
  manual: 'manual',
  waiting_for_resource: 'waiting_for_resource',
  pending: 'pending',
  running: 'running',
  success: 'success',
  failed: 'failed',
  canceled: 'canceled',
  skipped: 'skipped',
}

/** A job that begins a child waits for that to be made, and never for a runner. */
const stateOf = ({ status, child }: RunJob): JobState =>
  status === 'pending' && child !== undefined ? 'waiting' : states[status]

/** What is told of jobs besides their run, attempts and artifacts. */
interface JobFacts {
  /** Size of each attempt's log, by its id. */
  logBytes: Map<number, number>
  /** Of the run, oldest first. */
  children: RunHead[]
  /** Those that its jobs name. */
  resourceGroups: ResourceGroupView[]
}

/** The plan's stages with their jobs as they stand. */
export function stageViews(
  run: RunRow,
  attempts: AttemptRow[],
  artifacts: ArtifactRow[],
  more: JobFacts,
): RunView['stages'] {
  const jobs = Map.groupBy(run.plan.jobs, ({ stage }) => stage)
  const attemptsOf = Map.groupBy(attempts, ({ job }) => job)
  const artifactsOf = Map.groupBy(artifacts, ({ attempt_id }) => attempt_id)
  return run.plan.stages.map((name) => ({
    name,
    jobs: (jobs.get(name) ?? []).map((job) => {
      const own = attemptsOf.get(job.name) ?? []
      const handedIn = own.flatMap(({ id }) => artifactsOf.get(id) ?? [])
      return jobView(run, job, own, handedIn, more)
    }),
  }))
}

function jobView(
  run: RunRow,
  job: RunRow['plan']['jobs'][number],
  attempts: AttemptRow[],
  artifacts: ArtifactRow[],
  { logBytes, children, resourceGroups }: JobFacts,
): JobView {
  const live: RunJob | undefined = run.state.jobs[job.name]
  return {
    name: job.name,
    stage: job.stage,
    state: live ? stateOf(live) : 'created',
    stateReason: stateReasonOf(live, resourceGroups),
    confirmation: job.manualConfirmation ?? null,
    allowFailure: live?.status === 'failed' ? !hasFailed(live) : job.allowFailure !== false,
    resourceGroup: job.resourceGroup,
    needs: job.needs?.map((need) => need.job) ?? null,
    downstream: downstreamView(job, children),
    attempts: attempts.map((attempt) => ({
      number: attempt.number,
      state: attempt.status,
      runnerId: attempt.runner_id,
      startedAt: attempt.started_at?.toISOString() ?? null,
      finishedAt: attempt.finished_at?.toISOString() ?? null,
      exitCode: attempt.exit_code,
      isolation: attempt.isolation,
      logBytes: logBytes.get(attempt.id) ?? 0,
    })),
    reasons: job.reasons,
    artifacts: artifacts.map(({ type, file_count, size_bytes }) => ({
      type,
      files: file_count,
      sizeBytes: Number(size_bytes),
    })),
  }
}

function downstreamView(
  { name, downstream }: RunRow['plan']['jobs'][number],
  children: RunHead[],
): JobView['downstream'] {
  if (downstream === undefined) return null
  const child = children.findLast(({ parent_job: job }) => job === name)
  return { strategy: downstream.strategy ?? null, child: child === undefined ? null : childView(child) }
}

const childView = ({ id, number, status, created_at, finished_at }: RunHead) => ({
  runId: id,
  number,
  status,
  startedAt: created_at.toISOString(),
  finishedAt: finished_at?.toISOString() ?? null,
})

/** The run knows that its job waits for a resource group; who has the group, only the group does. */
function stateReasonOf(job: RunJob | undefined, groups: ResourceGroupView[]): Sentence {
  const group = groups.find(({ name }) => name === job?.resourceGroup)
  if (job?.status === 'waiting_for_resource' && group !== undefined) return resourceSentence(group)
  return reasonSentence(job?.reason ?? '')
}
