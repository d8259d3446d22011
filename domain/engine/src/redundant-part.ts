import { isTerminal, type RunJob, type RunState } from './run-state.ts'

/**
 * What of a run a newer commit of its ref makes redundant: all of it, or the jobs of these names.
 * GitLab, CI/CD YAML reference, `workflow:auto_cancel:on_new_commit` and `interruptible`: `conservative` ends the run unless
 * a job with `interruptible: false` has ever started, `interruptible` ends the jobs with `interruptible: true`.
 */
export function redundantPart(state: RunState): 'run' | string[] {
  if (state.status !== 'running' || state.cancelRequested) return []
  const jobs = Object.values(state.jobs)
  switch (state.autoCancel?.onNewCommit ?? 'conservative') {
    case 'conservative':
      return jobs.some((job) => job.interruptible !== true && hasStarted(job)) ? [] : 'run'
    case 'interruptible':
      return jobs.filter((job) => job.interruptible === true && isUnderWay(job)).map(({ name }) => name)
    default:
      return []
  }
}

/** A job that waits for a person keeps waiting, as in GitLab. */
const isUnderWay = ({ status, cancelReason }: RunJob): boolean =>
  !isTerminal(status) && status !== 'manual' && cancelReason === undefined

/** Whether an attempt of it has ever been with a runner, or begun a child; between two attempts only their number tells. */
function hasStarted({ startedAtMs, attempt, status, child }: RunJob): boolean {
  if (child !== undefined && child.status !== 'none') return true
  const unstarted = status === 'pending' || isTerminal(status) ? 1 : 0
  return startedAtMs !== null || attempt > unstarted
}
