import type { Actor } from '@sluice/contracts/events'
import type { Selectable } from 'kysely'
import { json, type Database, type Unit } from './database.ts'
import type { Schema } from './schema.ts'

export type RunnerRow = Selectable<Schema['runner']>

/** Only digests of tokens are kept: who reads the database cannot act as anyone. Those that are over go with the next. */
export async function insertSignInLink(
  db: Database | Unit,
  link: { tokenHash: string; expiresAtMs: number; nowMs: number },
): Promise<void> {
  await db.deleteFrom('sign_in_link').where('expires_at', '<=', new Date(link.nowMs)).execute()
  await db
    .insertInto('sign_in_link')
    .values({ token_hash: link.tokenHash, expires_at: new Date(link.expiresAtMs) })
    .execute()
}

/** Uses a link up. @returns whether it was there and in time; a second use finds nothing */
export async function useSignInLink(db: Database | Unit, tokenHash: string, nowMs: number): Promise<boolean> {
  const row = await db
    .deleteFrom('sign_in_link')
    .where('token_hash', '=', tokenHash)
    .returning('expires_at')
    .executeTakeFirst()
  return row !== undefined && row.expires_at.getTime() > nowMs
}

export async function insertSession(
  db: Database | Unit,
  session: { idHash: string; actor: Actor; csrf: string; expiresAtMs: number; nowMs: number },
): Promise<void> {
  await db.deleteFrom('session').where('expires_at', '<=', new Date(session.nowMs)).execute()
  await db
    .insertInto('session')
    .values({
      id_hash: session.idHash,
      actor: json(session.actor),
      csrf: session.csrf,
      expires_at: new Date(session.expiresAtMs),
    })
    .execute()
}

export async function findSession(
  db: Database | Unit,
  idHash: string,
  nowMs: number,
): Promise<{ actor: Actor; csrf: string } | null> {
  const row = await db
    .selectFrom('session')
    .selectAll()
    .where('id_hash', '=', idHash)
    .where('expires_at', '>', new Date(nowMs))
    .executeTakeFirst()
  return row ? { actor: row.actor, csrf: row.csrf } : null
}

export async function deleteSession(db: Database | Unit, idHash: string): Promise<void> {
  await db.deleteFrom('session').where('id_hash', '=', idHash).execute()
}

export async function insertRunner(
  unit: Unit,
  runner: { id: string; name: string; tokenHash: string; tags: string[]; createdAtMs: number },
): Promise<void> {
  await unit
    .insertInto('runner')
    .values({
      id: runner.id,
      name: runner.name,
      token_hash: runner.tokenHash,
      tags: json(runner.tags),
      created_at: new Date(runner.createdAtMs),
    })
    .execute()
}

export async function findRunner(db: Database | Unit, tokenHash: string): Promise<RunnerRow | null> {
  return (await db.selectFrom('runner').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst()) ?? null
}

export async function seeRunner(db: Database | Unit, id: string, nowMs: number): Promise<void> {
  await db
    .updateTable('runner')
    .set({ last_seen_at: new Date(nowMs) })
    .where('id', '=', id)
    .execute()
}
