import type { RunCommand, RunJob } from './run-state.ts'

/** Cancels one job that has not ended, while its run goes on. Changes `job` in place. */
export function cancelJob(job: RunJob, reason: string): RunCommand[] {
  const isLive = job.status === 'pending' || job.status === 'running'
  job.cancelReason = reason
  if (job.status !== 'running') {
    job.status = 'canceled'
    job.reason = reason
  }
  return isLive ? [{ kind: 'cancel-job', job: job.name, attempt: job.attempt }] : []
}
