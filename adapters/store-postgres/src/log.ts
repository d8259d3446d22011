import type { Actor, EventKind, EventPayloads, LogEntry } from '@sluice/contracts/events'
import { sql } from 'kysely'
import type { Database, Unit } from './database.ts'
import { json } from './database.ts'

/** Where an entry belongs and who caused it. */
export interface EntryContext {
  id: string
  atMs: number
  actor: Actor
  project: string
  runId: string | null
}

/** The channel on which every new entry is announced, after its transaction has been committed. */
export const logChannel = 'sluice_log'

/**
 * Appends one entry, in the transaction of the change that it tells of, and announces it.
 * @returns its sequence number
 */
export async function appendEntry<K extends EventKind>(
  unit: Unit,
  context: EntryContext,
  kind: K,
  payload: EventPayloads[K],
): Promise<number> {
  const row = await unit
    .insertInto('log')
    .values({
      id: context.id,
      at: new Date(context.atMs),
      actor: json(context.actor),
      project: context.project,
      run_id: context.runId,
      kind,
      payload: json(payload),
    })
    .returning('seq')
    .executeTakeFirstOrThrow()
  const seq = Number(row.seq)
  await announce(unit, { seq, project: context.project, runId: context.runId, kind })
  return seq
}

/** Tells all servers; inside a transaction PostgreSQL holds it back until the commit. */
export async function announce(
  db: Database | Unit,
  notice: { seq: number; project: string; runId: string | null; kind: string },
): Promise<void> {
  await sql`select pg_notify(${logChannel}, ${json(notice)})`.execute(db)
}

/** Entries of a project or of one run, oldest first. `sinceMs` bounds a window. */
export async function readLog(
  db: Database | Unit,
  filter: { project?: string; runId?: string; sinceMs?: number; limit?: number },
): Promise<LogEntry[]> {
  let query = db
    .selectFrom('log')
    .selectAll()
    .orderBy('seq')
    .limit(filter.limit ?? 100_000)
  if (filter.project !== undefined) query = query.where('project', '=', filter.project)
  if (filter.runId !== undefined) query = query.where('run_id', '=', filter.runId)
  if (filter.sinceMs !== undefined) query = query.where('at', '>=', new Date(filter.sinceMs))
  const rows = await query.execute()
  return rows.map((row) => ({
    seq: Number(row.seq),
    id: row.id,
    at: row.at.toISOString(),
    actor: row.actor,
    project: row.project,
    runId: row.run_id,
    kind: row.kind,
    payload: row.payload,
  })) as LogEntry[]
}
