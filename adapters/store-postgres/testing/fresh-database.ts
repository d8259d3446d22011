import { randomBytes } from 'node:crypto'
import pg from 'pg'

export interface FreshDatabase {
  url: string
  name: string
  /** Ends every connection to it, and removes it. */
  drop(): Promise<void>
  /** Cuts every connection to it, as a restart of PostgreSQL would. */
  cutConnections(): Promise<void>
  /** Names of its tables. */
  tables(): Promise<string[]>
}

/** An empty database of its own for one test file. `url` is one of a superuser on the same server. */
export async function freshDatabase(url: string): Promise<FreshDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await run(url, `create database ${name}`)
  const own = url.replace(/\/[^/?]+(?=\?|$)/, `/${name}`)
  return {
    url: own,
    name,
    drop: async () => void (await run(url, `drop database ${name} with (force)`)),
    cutConnections: async () =>
      void (await run(url, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`)),
    tables: async () => {
      const rows = await run<{ name: string }>(own, 'select relname as name from pg_stat_user_tables')
      return rows.map((row) => row.name)
    },
  }
}

/** Commits do not wait for the disk: a database of tests may be lost. */
export async function preferSpeed(url: string): Promise<void> {
  await run(url, 'alter system set synchronous_commit = off')
  await run(url, 'select pg_reload_conf()')
}

async function run<Row extends object>(url: string, statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(statement)).rows
  } finally {
    await client.end()
  }
}
