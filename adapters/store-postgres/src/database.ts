import { SluiceError } from '@sluice/kernel'
import { Kysely, PostgresDialect, type Transaction } from 'kysely'
import { Migrator } from 'kysely/migration'
import pg from 'pg'
import { migrations } from './migrations/index.ts'
import type { Schema } from './schema.ts'

/** A connection pool with the schema, or a transaction on it: what every function of this package takes. */
export type Database = Kysely<Schema>
export type Unit = Transaction<Schema>

export interface OpenDatabase {
  db: Database
  pool: pg.Pool
  close(): Promise<void>
}

/**
 * Connects and brings the schema up to date; several servers may do so at once, one migrates.
 * @param url a PostgreSQL URL, also `postgres://user:password@/name?host=/socket/folder`
 * @throws SluiceError STORE_UNREACHABLE, STORE_NEWER
 */
export async function openDatabase(url: string, options: { connectionsMax?: number } = {}): Promise<OpenDatabase> {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connectionsMax ?? 10,
    connectionTimeoutMillis: 15_000,
  })
  // A dropped idle connection is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => {})
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  try {
    await migrate(db)
  } catch (cause) {
    await db.destroy()
    throw cause
  }
  return { db, pool, close: () => db.destroy() }
}

async function migrate(db: Database): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error === undefined) return
  const message = error instanceof Error ? error.message : String(error)
  if (/corrupted migrations/.test(message)) {
    throw new SluiceError('STORE_NEWER', `Cannot use the database: its schema is of a newer Sluice (${message})`, {
      cause: error,
    })
  }
  throw new SluiceError('STORE_UNREACHABLE', `Cannot open the database: ${message}`, { cause: error })
}

/** JSON for a `jsonb` column. The driver would turn arrays into PostgreSQL arrays if it were given values. */
export function json(value: unknown): string {
  return JSON.stringify(value)
}
