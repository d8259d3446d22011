import { SluiceError } from '@sluice/kernel'
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import { Migrator } from 'kysely/migration'
import pg from 'pg'
import { migrations } from './migrations/index.ts'
import type { Schema } from './schema.ts'
import { storeUnreachable } from './store-unreachable.ts'

/** A connection pool with the schema, or a transaction on it: what every function of this package takes. */
export type Database = Kysely<Schema>
export type Unit = Transaction<Schema>

export interface OpenDatabase {
  db: Database
  pool: pg.Pool
  close: () => Promise<void>
}

/**
 * Connects and brings the schema up to date; several servers may do so at once, one migrates.
 * @param url a PostgreSQL URL, also `postgres://user:password@/name?host=/socket/folder`
 * @throws SluiceError STORE_UNREACHABLE, STORE_NEWER
 */
export async function openDatabase(url: string, options: { connectionsMax?: number } = {}): Promise<OpenDatabase> {
  const pool = poolOf(url, options.connectionsMax ?? 10)
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  try {
    await closeToOthers(db)
    await migrate(db)
  } catch (cause) {
    await db.destroy()
    throw cause
  }
  return { db, pool, close: () => db.destroy() }
}

/**
 * A dropped connection, idle or in use, is replaced at the next use; without listeners it would end the process. Who
 * used it hears of it by the query that fails.
 */
function poolOf(url: string, connectionsMax: number): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: connectionsMax, connectionTimeoutMillis: 15_000 })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** By default every role may connect to every database; roles of deployed services may not connect to this one. */
async function closeToOthers(db: Database): Promise<void> {
  await db
    .transaction()
    .execute(async (unit) => {
      // Of two servers that revoke at once, PostgreSQL would refuse one.
      await sql`select pg_advisory_xact_lock(${closingLock})`.execute(unit)
      const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(unit)
      for (const { name } of rows) await sql`revoke all on database ${sql.id(name)} from public`.execute(unit)
    })
    .catch((cause: unknown) => {
      throw storeUnreachable(cause)
    })
}

/** Any number that nothing else in this database uses. */
const closingLock = 7_102_026_000

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : 'it gave no reason')

async function migrate(db: Database): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error === undefined) return
  const message = messageOf(error)
  if (/corrupted migrations/.test(message)) {
    throw new SluiceError('STORE_NEWER', `Cannot use the database: its schema is of a newer Sluice (${message})`, {
      cause: error,
    })
  }
  throw storeUnreachable(error)
}

/** JSON for a `jsonb` column. The driver would turn arrays into PostgreSQL arrays if it were given values. */
export function json(value: unknown): string {
  return JSON.stringify(value)
}
