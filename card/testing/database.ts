import { randomUUID } from 'node:crypto'

import { Client } from 'pg'
import { inject } from 'vitest'

export interface TestDatabase {
  url: string
  /** Removes the database with everything in it. */
  drop: () => Promise<void>
}

/** An empty database of its own in the test cluster. */
export async function createDatabase(): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await administer(`create database ${name}`)
  return { url: urlOf(name), drop: () => administer(untilUnused(name), `drop database ${name} with (force)`) }
}

/**
 * A pool that has ended has said goodbye, but the server may not have heard it yet: a session that is ended by force
 * in that moment answers with an error that nobody listens for. Five seconds at most.
 */
function untilUnused(name: string): string {
  return `do $$ begin
    for i in 1..500 loop
      exit when not exists (select from pg_stat_activity where datname = '${name}');
      perform pg_sleep(0.01), pg_stat_clear_snapshot();
    end loop;
  end $$`
}

async function administer(...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: urlOf('postgres') })
  await client.connect()
  for (const sql of statements) await client.query(sql)
  await client.end()
}

function urlOf(database: string): string {
  return `postgres:///${database}?host=${encodeURIComponent(inject('postgresSocket'))}&user=card`
}
