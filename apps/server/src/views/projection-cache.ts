import type { LogEntry } from '@sluice/contracts/events'
import type { Clock } from '@sluice/kernel'
import { newestSeq, readLog, type Database } from '@sluice/store-postgres'

interface Kept<T> {
  newest: number
  atMs: number
  value: Promise<T>
}

/** What is computed from a log moves with the time, too. */
const maxAgeMs = 60_000

/**
 * Computes something from a project's whole log, and again when the log has grown or a minute has passed. Those who ask
 * meanwhile get the same answer.
 */
export function projectionOf<T>(
  { db, clock }: { db: Database; clock: Clock },
  compute: (entries: LogEntry[], nowMs: number) => T,
): (project: string) => Promise<T> {
  const kept = new Map<string, Kept<T>>()

  return async (project) => {
    const newest = await newestSeq(db, project)
    const nowMs = clock.now()
    const known = kept.get(project)
    if (known?.newest === newest && nowMs - known.atMs < maxAgeMs) return known.value
    const value = readLog(db, { project }).then((entries) => compute(entries, nowMs))
    kept.set(project, { newest, atMs: nowMs, value })
    value.catch(() => kept.delete(project))
    return value
  }
}
