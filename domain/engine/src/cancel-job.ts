import { isTerminal, type RunCommand, type RunJob } from './run-state.ts'

/** Cancels one job that has not ended, while its run goes on. Changes `job` in place. */
export function cancelJob(job: RunJob, reason: string): RunCommand[] {
  const commands = stopAttempt(job)
  job.cancelReason = reason
  markCanceled(job, reason)
  return commands
}

/** What stops the job's attempt, or a child of it that goes on though the job has ended. */
export function stopAttempt({ name, attempt, status, child }: RunJob): RunCommand[] {
  const isLive = status === 'pending' || status === 'running'
  if (child !== undefined)
    return isLive || child.status === 'running' ? [{ kind: 'cancel-child', job: name, attempt }] : []
  return isLive ? [{ kind: 'cancel-job', job: name, attempt }] : []
}

/** A job that has not ended is canceled at once; one that runs, when it has stopped. */
export function markCanceled(job: RunJob, reason: string): void {
  if (isTerminal(job.status) || job.status === 'running') return
  job.status = 'canceled'
  job.reason = reason
}
