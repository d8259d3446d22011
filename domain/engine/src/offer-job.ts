import type { RunCommand, RunJob } from './run-state.ts'

/** Puts the job's next attempt on offer. Changes `job` in place. */
export function offerJob(job: RunJob): RunCommand {
  job.status = 'pending'
  job.attempt += 1
  job.reason = 'waits for a runner'
  return { kind: 'offer-job', job: job.name, attempt: job.attempt }
}
