import type { Actor } from '@sluice/contracts/events'
import { redundantPart } from '@sluice/engine'
import type { Clock, Ids } from '@sluice/kernel'
import {
  appendEntry,
  findRun,
  keepOutdatedBy,
  listOutdatedRuns,
  type Database,
  type PostgresJournal,
  type RunRow,
} from '@sluice/store-postgres'

const autoCancel: Actor = { kind: 'system', id: 'auto-cancel' }

interface Cancelers {
  db: Database
  journal: PostgresJournal
  clock: Clock
  ids: Ids
}

/**
 * Ends what a newer commit made redundant in older runs of its ref, each as its own pipeline says (GitLab's
 * `workflow:auto_cancel:on_new_commit` and `interruptible`). Deliveries that have begun are none of it. May be repeated.
 */
export async function cancelRedundant(parts: Cancelers, newerRunId: string): Promise<void> {
  const newer = await findRun(parts.db, newerRunId)
  if (newer === null) return
  // One transaction each: nobody holds the locks of two runs.
  for (const runId of await listOutdatedRuns(parts.db, newer)) await cancelOutdated(parts, runId, newer)
}

async function cancelOutdated({ db, journal, clock, ids }: Cancelers, runId: string, newer: RunRow): Promise<void> {
  await db.transaction().execute(async (unit) => {
    await journal.lockIn(unit, runId)
    const run = await findRun(unit, runId)
    const redundant = run === null ? [] : redundantPart(run.state)
    if (run === null || redundant.length === 0) return
    const jobs = redundant === 'run' ? 'all' : redundant
    const context = { id: ids.next(), atMs: clock.now(), actor: autoCancel, project: run.project, runId }
    await appendEntry(unit, context, 'run.outdated', { byRunId: newer.id, byRunNumber: newer.number, jobs })
    if (jobs === 'all') await keepOutdatedBy(unit, runId, newer.number)
    const event = { kind: 'run.outdated', payload: { byRunNumber: newer.number } } as const
    await journal.stepIn(unit, runId, event, clock.now())
  })
}
