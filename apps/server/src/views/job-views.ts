import type { JobState, JobView, RunView } from '@sluice/contracts/api'
import type { JobStatus, RunJob } from '@sluice/engine'
import type { ArtifactRow, AttemptRow, RunRow } from '@sluice/store-postgres'

const states: Record<JobStatus, JobState> = {
  created: 'created',
  delayed: 'waiting',
  manual: 'manual',
  pending: 'pending',
  running: 'running',
  success: 'success',
  failed: 'failed',
  canceled: 'canceled',
  skipped: 'skipped',
}

/** The plan's stages with their jobs as they stand. */
export function stageViews(
  run: RunRow,
  attempts: AttemptRow[],
  artifacts: ArtifactRow[],
  logBytes: Map<number, number>,
): RunView['stages'] {
  return run.plan.stages.map((name) => ({
    name,
    jobs: run.plan.jobs
      .filter(({ stage }) => stage === name)
      .map((job) => {
        const own = attempts.filter((attempt) => attempt.job === job.name)
        return jobView(run, job, own, artifacts, logBytes)
      }),
  }))
}

function jobView(
  run: RunRow,
  job: RunRow['plan']['jobs'][number],
  attempts: AttemptRow[],
  artifacts: ArtifactRow[],
  logBytes: Map<number, number>,
): JobView {
  const live: RunJob | undefined = run.state.jobs[job.name]
  const ids = new Set(attempts.map(({ id }) => id))
  return {
    name: job.name,
    stage: job.stage,
    state: live ? states[live.status] : 'created',
    stateReason: live?.reason ?? '',
    allowFailure: job.allowFailure !== false,
    needs: job.needs?.map((need) => need.job) ?? null,
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
    artifacts: artifacts
      .filter(({ attempt_id }) => ids.has(attempt_id))
      .map(({ type, file_count, size_bytes }) => ({ type, files: file_count, sizeBytes: Number(size_bytes) })),
  }
}
