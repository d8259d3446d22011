import type { JobStatus, RunState } from './run-state.ts'

/** Whether a run that has not ended goes on only when a person starts a job of it. */
export function waitsForPerson({ status, jobs }: Pick<RunState, 'status' | 'jobs'>): boolean {
  if (status !== 'running') return false
  const all = Object.values(jobs)
  return all.some((job) => job.status === 'manual') && all.every((job) => still.has(job.status))
}

/** What a job may be while nothing of it is under way. */
const still: ReadonlySet<JobStatus> = new Set(['created', 'manual', 'success', 'failed', 'canceled', 'skipped'])
