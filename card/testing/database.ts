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
  // Not by force: PostgreSQL waits for sessions that are just leaving, and refuses where a test left one open. A session
  // that is ended by force while its pool closes answers with an error that nobody listens for.
  return { url: urlOf(name), drop: () => administer(`drop database ${name}`) }
}

async function administer(sql: string): Promise<void> {
  const client = new Client({ connectionString: urlOf('postgres') })
  await client.connect()
  await client.query(sql)
  await client.end()
}

function urlOf(database: string): string {
  return `postgres:///${database}?host=${encodeURIComponent(inject('postgresSocket'))}&user=card`
}
