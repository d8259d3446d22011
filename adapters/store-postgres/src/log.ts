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

/** What is announced: enough to know what to read again. */
export interface Announcement {
  /** Of the entry; 0 for what has none. */
  seq: number
  project: string
  runId: string | null
  kind: string
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

/** Number of a project's newest entry; 0 where it has none. */
export async function newestSeq(db: Database, project: string): Promise<number> {
  const row = await db
    .selectFrom('log')
    .select('seq')
    .where('project', '=', project)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return Number(row?.seq ?? 0)
}

/** What entries after `seq` would have announced, oldest first. */
export async function listAnnouncements(db: Database, seq: number, limit: number): Promise<Announcement[]> {
  const rows = await db
    .selectFrom('log')
    .select(['seq', 'project', 'run_id', 'kind'])
    .where('seq', '>', String(seq))
    .orderBy('seq')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ seq: Number(row.seq), project: row.project, runId: row.run_id, kind: row.kind }))
}

/** Tells all servers; inside a transaction PostgreSQL holds it back until the commit. */
export async function announce(db: Database | Unit, announcement: Announcement): Promise<void> {
  await sql`select pg_notify(${logChannel}, ${json(announcement)})`.execute(db)
}

/** The newest entries of a project or of one run, at most `limit` (100,000 by default), oldest first. */
export async function readLog(
  db: Database | Unit,
  filter: { project?: string; runId?: string; limit?: number },
): Promise<LogEntry[]> {
  let query = db
    .selectFrom('log')
    .selectAll()
    .orderBy('seq', 'desc')
    .limit(filter.limit ?? 100_000)
  if (filter.project !== undefined) query = query.where('project', '=', filter.project)
  if (filter.runId !== undefined) query = query.where('run_id', '=', filter.runId)
  const rows = await query.execute()
  return rows.toReversed().map((row) => ({
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
