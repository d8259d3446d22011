import type { IsolationLevel } from '@sluice/contracts/evidence'
import { sql, type Selectable } from 'kysely'
import type { Database, Unit } from './database.ts'
import type { Schema } from './schema.ts'

export type AttemptRow = Selectable<Schema['attempt']>

/** Offers an attempt to the runners; a repeat changes nothing. */
export async function offerAttempt(
  unit: Unit,
  offer: { runId: string; job: string; number: number; nowMs: number },
): Promise<void> {
  await unit
    .insertInto('attempt')
    .values({
      run_id: offer.runId,
      job: offer.job,
      number: offer.number,
      status: 'pending',
      queued_at: new Date(offer.nowMs),
    })
    .onConflict((conflict) => conflict.columns(['run_id', 'job', 'number']).doNothing())
    .execute()
}

/**
 * Hands the oldest fitting attempt to a runner. Rows that another runner is just taking are passed over, so that two
 * never get the same one.
 * @param fits whether this runner may take that job (tags)
 */
export async function takeAttempt(
  unit: Unit,
  taking: { runnerId: string; tokenHash: string; isolation: IsolationLevel; nowMs: number },
  fits: (attempt: AttemptRow) => Promise<boolean>,
): Promise<AttemptRow | null> {
  const pending = await unit
    .selectFrom('attempt')
    .selectAll()
    .where('status', '=', 'pending')
    .orderBy('id')
    .limit(20)
    .forUpdate()
    .skipLocked()
    .execute()
  for (const attempt of pending) {
    if (!(await fits(attempt))) continue
    const now = new Date(taking.nowMs)
    return await unit
      .updateTable('attempt')
      .set({
        status: 'running',
        token_hash: taking.tokenHash,
        runner_id: taking.runnerId,
        isolation: taking.isolation,
        started_at: now,
        heartbeat_at: now,
      })
      .where('id', '=', attempt.id)
      .returningAll()
      .executeTakeFirstOrThrow()
  }
  return null
}

export async function findAttempt(db: Database | Unit, id: number): Promise<AttemptRow | null> {
  return (await db.selectFrom('attempt').selectAll().where('id', '=', id).executeTakeFirst()) ?? null
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

/** Ends an attempt. The job's token ends with it. */
export async function endAttempt(
  unit: Unit,
  id: number,
  end: { status: 'success' | 'failed' | 'canceled'; exitCode: number | null; reason: string | null; nowMs: number },
): Promise<void> {
  await unit
    .updateTable('attempt')
    .set({ status: end.status, exit_code: end.exitCode, reason: end.reason, finished_at: new Date(end.nowMs) })
    .where('id', '=', id)
    .where('status', 'in', ['pending', 'running'])
    .execute()
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
