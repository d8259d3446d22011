import type { RunCommand, RunJob } from './run-state.ts'

/** Begins the job's next attempt: asks a runner for it, or who makes children. Changes `job` in place. */
export function offerJob(job: RunJob): RunCommand {
  job.status = 'pending'
  job.attempt += 1
  const attempt = { job: job.name, attempt: job.attempt }
  if (job.child === undefined) {
    job.reason = 'waits for a runner'
    return { kind: 'offer-job', ...attempt }
  }
  job.reason = 'waits for its child to be created'
  job.child = { strategy: job.child.strategy, status: 'none', runId: null }
  return { kind: 'begin-child', ...attempt }
}
