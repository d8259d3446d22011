import type { RunView } from '@sluice/contracts/api'

/**
 * Whether a run of before ended undelivered because the platform was stopped in the middle of it: a job's runner went
 * away, which says nothing of the change.
 * @param begunMs when this start began, in milliseconds since 1970
 */
export function wasInterrupted(run: RunView, begunMs: number): boolean {
  const isOld = Date.parse(run.createdAt) < begunMs
  const jobs = run.stages.flatMap((stage) => stage.jobs)
  const lost = jobs.some(
    ({ state, stateReason }) => state === 'failed' && stateReason.en.startsWith('runner_system_failure'),
  )
  return isOld && run.delivery === 'stopped' && lost
}
