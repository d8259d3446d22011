import { hasFailed } from './job-end.ts'
import type { ChildEnd, RunState } from './run-state.ts'

/**
 * How a run ended, for the job whose child it is: a success of which every job was skipped or waits for a person is none,
 * as in GitLab. `null` while it runs. @returns with the reason of a failure, for people
 */
export function childEndOf({
  status,
  jobs,
}: Pick<RunState, 'status' | 'jobs'>): { status: ChildEnd; reason: string | null } | null {
  if (status === 'running') return null
  const all = Object.values(jobs)
  const isSkipped = status === 'success' && all.every((job) => job.status === 'skipped' || job.status === 'manual')
  const failed = all.filter(hasFailed).map(({ name }) => `"${name}"`)
  const reason = status === 'failed' && failed.length > 0 ? `job ${failed.slice(0, 3).join(', ')} failed` : null
  return { status: isSkipped ? 'skipped' : status, reason }
}
