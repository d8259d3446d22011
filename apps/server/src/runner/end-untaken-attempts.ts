import type { Clock } from '@sluice/kernel'
import {
  endAttempt,
  findAttempt,
  findRun,
  untakenAttempts,
  type AttemptRow,
  type Database,
  type PostgresJournal,
} from '@sluice/store-postgres'

interface Enders {
  db: Database
  journal: PostgresJournal
  clock: Clock
}

/** As long as GitLab leaves a job on offer that no runner takes. */
export const untakenMaxMs = 3_600_000

/**
 * Ends the attempts that have a resource group and that no runner has taken for an hour, as `stuck_or_timeout_failure`, so
 * that they do not keep the group from others for ever. What has no group is on offer for as long as it takes. The time
 * counts from the start of this server at the earliest: while there was none, no runner could take anything.
 */
export async function endUntakenAttempts(parts: Enders & { startedAtMs: number }): Promise<void> {
  const sinceMs = parts.clock.now() - untakenMaxMs
  if (parts.startedAtMs > sinceMs) return
  for (const attempt of await untakenAttempts(parts.db, sinceMs)) await endUntaken(parts, attempt)
}

async function endUntaken(
  { db, journal, clock }: Enders,
  { id, run_id: runId, job, number }: AttemptRow,
): Promise<void> {
  await db.transaction().execute(async (unit) => {
    await journal.lockIn(unit, runId)
    const isUntaken = (await findAttempt(unit, id))?.status === 'pending'
    const run = isUntaken ? await findRun(unit, runId) : null
    if (run === null || run.state.jobs[job]?.resourceGroup == null) return
    const end = { status: 'failed', exitCode: null, reason: 'stuck_or_timeout_failure' } as const
    await endAttempt(unit, id, end, clock.now())
    const payload = { job, attempt: number, outcome: 'failed', reason: end.reason, exitCode: null } as const
    await journal.stepIn(unit, runId, { kind: 'job.finished', payload }, clock.now())
  })
}
