import { timingSafeEqual } from 'node:crypto'
import { findAttempt, type AttemptRow, type Database } from '@sluice/store-postgres'
import { hashToken } from '../system.ts'

/** The attempt, if this is its token and it runs: a runner writes to its live attempt and to nothing else. */
export async function findLiveAttempt(db: Database, id: number, token: string): Promise<AttemptRow | null> {
  const attempt = await findAttempt(db, id)
  if (attempt === null || attempt.status !== 'running' || !isToken(attempt, token)) return null
  return attempt
}

function isToken(attempt: AttemptRow, token: string): boolean {
  if (attempt.token_hash === null) return false
  return timingSafeEqual(Buffer.from(hashToken(token)), Buffer.from(attempt.token_hash))
}

/** Name of an attempt's log in the trace store. */
export function traceKey(attempt: { id: number }): string {
  return `attempt-${attempt.id}`
}
