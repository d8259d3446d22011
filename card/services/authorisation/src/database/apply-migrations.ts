import { createHash } from 'node:crypto'

import { Client } from 'pg'

import type { Migration } from './migrations.ts'

/** Any number of its own; holds off a second migration of the same database. */
const lockKey = 7_205_759_403

const register = `
create table if not exists schema_migrations (
  version integer primary key,
  name text not null,
  digest text not null,
  applied_at timestamptz not null default now()
)`

/**
 * Brings the database to the newest step and returns the versions applied now.
 * Safe to run twice and at the same time (advisory lock). Steps unknown to this release are left alone: a newer one made them.
 */
export async function applyMigrations(databaseUrl: string, migrations: readonly Migration[]): Promise<number[]> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'authorisation-migrate' })
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [lockKey])
    await client.query(register)
    const applied = await readApplied(client)
    const missing = migrations.filter((migration) => isMissing(migration, applied))
    for (const migration of missing) await applyOne(client, migration)
    return missing.map((migration) => migration.version)
  } finally {
    // Ending the session gives the lock back.
    await client.end()
  }
}

async function readApplied(client: Client): Promise<Map<number, string>> {
  const { rows } = await client.query<{ version: number; digest: string }>(
    'select version, digest from schema_migrations',
  )
  return new Map(rows.map((row) => [row.version, row.digest]))
}

function isMissing(migration: Migration, applied: Map<number, string>): boolean {
  const digest = applied.get(migration.version)
  if (digest === undefined) return true
  if (digest === digestOf(migration)) return false
  throw new Error(`Cannot migrate: step ${migration.version} "${migration.name}" was edited after it had been applied`)
}

async function applyOne(client: Client, migration: Migration): Promise<void> {
  await client.query('begin')
  try {
    await client.query(migration.sql)
    await client.query('insert into schema_migrations (version, name, digest) values ($1, $2, $3)', [
      migration.version,
      migration.name,
      digestOf(migration),
    ])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw new Error(`Cannot apply step ${migration.version} "${migration.name}": it was rolled back`, { cause: error })
  }
}

function digestOf(migration: Migration): string {
  return createHash('sha256').update(migration.sql).digest('hex')
}
