import { randomBytes } from 'node:crypto'
import pg from 'pg'

export interface FreshDatabase {
  url: string
  name: string
  /** Ends every connection to it, and removes it. */
  drop(): Promise<void>
  /** Cuts every connection to it, as a restart of PostgreSQL would. */
  cutConnections(): Promise<void>
}

/** An empty database of its own for one test file. `url` is one of a superuser on the same server. */
export async function freshDatabase(url: string): Promise<FreshDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await run(url, `create database ${name}`)
  return {
    url: url.replace(/\/[^/?]+(?=\?|$)/, `/${name}`),
    name,
    drop: () => run(url, `drop database ${name} with (force)`),
    cutConnections: () => run(url, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`),
  }
}

/** Commits do not wait for the disk: a database of tests may be lost. */
export async function preferSpeed(url: string): Promise<void> {
  await run(url, 'alter system set synchronous_commit = off')
  await run(url, 'select pg_reload_conf()')
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
