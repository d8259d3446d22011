import type { IsolationLevel } from '@sluice/contracts/evidence'
import type { RetryReason } from '@sluice/contracts/plan'
import { sql, type Selectable } from 'kysely'
import { json, type Database, type Unit } from './database.ts'
import type { Schema } from './schema.ts'

export type AttemptRow = Selectable<Schema['attempt']>

/** Offers an attempt to the runners; a repeat changes nothing. */
export async function offerAttempt(
  unit: Unit,
  offer: { runId: string; job: string; number: number; tags: string[]; nowMs: number },
): Promise<void> {
  await unit
    .insertInto('attempt')
    .values({
      run_id: offer.runId,
      job: offer.job,
      number: offer.number,
      status: 'pending',
      tags: json(offer.tags),
      queued_at: new Date(offer.nowMs),
    })
    .onConflict((conflict) => conflict.columns(['run_id', 'job', 'number']).doNothing())
    .execute()
}

/**
 * The oldest attempts on offer to a runner with these tags: it has every tag that the job asks for (GitLab, `tags`).
 * They may be gone by the time one is claimed.
 */
export async function listOffers(db: Database | Unit, runnerTags: string[]): Promise<AttemptRow[]> {
  return db
    .selectFrom('attempt')
    .selectAll()
    .where('status', '=', 'pending')
    .where(sql<boolean>`tags <@ ${json(runnerTags)}::jsonb`)
    .orderBy('id')
    .limit(20)
    .execute()
}

/**
 * Claims an offer for a runner; of two that try, one gets it. The caller holds the run's lock.
 * @returns `null` where it is gone
 */
export async function claimAttempt(
  unit: Unit,
  id: number,
  claim: { runnerId: string; tokenHash: string; sourcesTokenHash: string; isolation: IsolationLevel; nowMs: number },
): Promise<AttemptRow | null> {
  const now = new Date(claim.nowMs)
  const row = await unit
    .updateTable('attempt')
    .set({
      status: 'running',
      token_hash: claim.tokenHash,
      sources_token_hash: claim.sourcesTokenHash,
      runner_id: claim.runnerId,
      isolation: claim.isolation,
      started_at: now,
      heartbeat_at: now,
    })
    .where('id', '=', id)
    .where('status', '=', 'pending')
    .returningAll()
    .executeTakeFirst()
  return row ?? null
}

export async function findAttempt(db: Database | Unit, id: number): Promise<AttemptRow | null> {
  return (await db.selectFrom('attempt').selectAll().where('id', '=', id).executeTakeFirst()) ?? null
}

/** The running attempt whose token has this digest. */
export async function findRunningByToken(db: Database | Unit, tokenHash: string): Promise<AttemptRow | null> {
  return (
    (await db
      .selectFrom('attempt')
      .selectAll()
      .where('status', '=', 'running')
      .where('token_hash', '=', tokenHash)
      .executeTakeFirst()) ?? null
  )
}

/** The running attempt whose runner or job this token belongs to: either may read the sources. */
export async function findReaderOfSources(db: Database | Unit, tokenHash: string): Promise<AttemptRow | null> {
  const row = await db
    .selectFrom('attempt')
    .selectAll()
    .where('status', '=', 'running')
    .where((eb) => eb.or([eb('token_hash', '=', tokenHash), eb('sources_token_hash', '=', tokenHash)]))
    .executeTakeFirst()
  return row ?? null
}

export async function findAttemptOf(
  db: Database | Unit,
  runId: string,
  job: string,
  number: number,
): Promise<AttemptRow | null> {
  return (
    (await db
      .selectFrom('attempt')
      .selectAll()
      .where('run_id', '=', runId)
      .where('job', '=', job)
      .where('number', '=', number)
      .executeTakeFirst()) ?? null
  )
}

export async function listAttempts(db: Database | Unit, runId: string): Promise<AttemptRow[]> {
  return db.selectFrom('attempt').selectAll().where('run_id', '=', runId).orderBy('id').execute()
}

/** The runner was heard of. */
export async function beat(db: Database | Unit, id: number, nowMs: number): Promise<void> {
  await db
    .updateTable('attempt')
    .set({ heartbeat_at: new Date(nowMs) })
    .where('id', '=', id)
    .where('status', '=', 'running')
    .execute()
}

/** How an attempt ended. */
export interface AttemptEnd {
  status: 'success' | 'failed' | 'canceled'
  exitCode: number | null
  reason: RetryReason | null
}

/**
 * Ends an attempt. The job's token ends with it. One that was asked to stop, and did not succeed before it heard, was
 * canceled, whatever the runner says.
 * @returns how it ended; `null` where it had ended before
 */
export async function endAttempt(unit: Unit, id: number, end: AttemptEnd, nowMs: number): Promise<AttemptEnd | null> {
  const live = await lockLiveAttempt(unit, id)
  if (live === null) return null
  const canceled = live.cancel_requested && end.status !== 'success'
  const ended: AttemptEnd = canceled ? { status: 'canceled', exitCode: end.exitCode, reason: null } : end
  await unit
    .updateTable('attempt')
    .set({ status: ended.status, exit_code: ended.exitCode, reason: ended.reason, finished_at: new Date(nowMs) })
    .where('id', '=', id)
    .execute()
  return ended
}

/** The attempt under its row lock, while it is pending or running: what is written in this transaction is not late. */
export async function lockLiveAttempt(unit: Unit, id: number): Promise<AttemptRow | null> {
  const row = await unit
    .selectFrom('attempt')
    .selectAll()
    .where('id', '=', id)
    .where('status', 'in', ['pending', 'running'])
    .forUpdate()
    .executeTakeFirst()
  return row ?? null
}

/** A pending attempt is withdrawn at once; of a running one the runner is told at its next call. */
export async function requestCancel(
  unit: Unit,
  target: { runId: string; job: string; number: number; nowMs: number },
): Promise<void> {
  await unit
    .updateTable('attempt')
    .set({
      cancel_requested: true,
      status: sql`case when status = 'pending' then 'canceled' else status end`,
      finished_at: sql`case when status = 'pending' then ${new Date(target.nowMs)} else finished_at end`,
    })
    .where('run_id', '=', target.runId)
    .where('job', '=', target.job)
    .where('number', '=', target.number)
    .where('status', 'in', ['pending', 'running'])
    .execute()
}

/** Running attempts whose runner has been silent since before `sinceMs`. */
export async function silentAttempts(db: Database | Unit, sinceMs: number): Promise<AttemptRow[]> {
  return db
    .selectFrom('attempt')
    .selectAll()
    .where('status', '=', 'running')
    .where('heartbeat_at', '<', new Date(sinceMs))
    .execute()
}

/** Attempts that no runner has taken since before `sinceMs`. */
export async function untakenAttempts(db: Database | Unit, sinceMs: number): Promise<AttemptRow[]> {
  return db
    .selectFrom('attempt')
    .selectAll()
    .where('status', '=', 'pending')
    .where('queued_at', '<', new Date(sinceMs))
    .orderBy('id')
    .execute()
}

/** Which of these runs had a job that ran without isolation. */
export async function unisolatedRuns(db: Database | Unit, runIds: string[]): Promise<Set<string>> {
  if (runIds.length === 0) return new Set()
  const rows = await db
    .selectFrom('attempt')
    .select('run_id')
    .distinct()
    .where('run_id', 'in', runIds)
    .where('isolation', '=', 'none')
    .execute()
  return new Set(rows.map((row) => row.run_id))
}
