/** What a job's end, or that there is none yet, means for others. */
import { isTerminal, type RunJob } from './run-state.ts'

/** A manual job that may fail does not hold others up (GitLab, `when: manual`: optional unless `allow_failure: false`). */
export function hasEnded(job: RunJob): boolean {
  return isTerminal(job.status) || (job.status === 'manual' && job.allowFailure === true)
}

/** Whether what comes after it does not run for it. One that may fail is left out also where it was canceled, as in GitLab. */
export function isBad(job: RunJob): boolean {
  return !mayBeLeft(job) || hasFailed(job)
}

/** Whether it makes the run fail. */
export function hasFailed(job: RunJob): boolean {
  return job.status === 'failed' && !failureIsAllowed(job)
}

function failureIsAllowed({ allowFailure, exitCode }: RunJob): boolean {
  if (typeof allowFailure === 'boolean') return allowFailure
  return exitCode !== null && allowFailure.exitCodes.includes(exitCode)
}

/** Whether a run that succeeded without it still has when it is canceled. */
export function mayBeLeft(job: RunJob): boolean {
  return job.status !== 'canceled' || job.allowFailure === true
}
