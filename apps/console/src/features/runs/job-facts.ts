import type { JobView } from '@sluice/contracts/api'

type Attempt = JobView['attempts'][number]

/** The newest attempt, if there was any. */
export function newestAttempt(job: JobView): Attempt | null {
  return job.attempts.at(-1) ?? null
}

/** The attempt asked for in the address, else the newest. */
export function attemptNumbered(job: JobView, wanted: string | null): Attempt | null {
  return job.attempts.find((attempt) => String(attempt.number) === wanted) ?? newestAttempt(job)
}

/** Whether no more log is to come. */
export function hasEnded(attempt: Attempt): boolean {
  return attempt.finishedAt !== null
}
