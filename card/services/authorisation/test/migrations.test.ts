import { Client } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { createDatabase, type TestDatabase } from '../../../testing/database.ts'
import { applyMigrations } from '../src/database/apply-migrations.ts'
import { migrations, requiredSchemaVersion } from '../src/database/migrations.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await createDatabase()
})
afterEach(() => database.drop())

const all = migrations.map(({ version }) => version)

test('versions count up from 1, and the release needs the last', () => {
  expect(all).toEqual(migrations.map((_, index) => index + 1))
  expect(requiredSchemaVersion).toBe(all.at(-1))
})

test('a second migration finds nothing to do', async () => {
  expect(await applyMigrations(database.url, migrations)).toEqual(all)
  expect(await applyMigrations(database.url, migrations)).toEqual([])
})

test('of four migrations at the same time one does the work', async () => {
  const results = await Promise.all(Array.from({ length: 4 }, () => applyMigrations(database.url, migrations)))
  expect(results.flat()).toEqual(all)
})

test('an older release leaves the steps of a newer one alone', async () => {
  const newer = [...migrations, { version: 99, name: 'newer', sql: 'create table newer ()' }]
  await applyMigrations(database.url, newer)
  expect(await applyMigrations(database.url, migrations)).toEqual([])
})

test('a step that was edited after it had been applied is refused', async () => {
  await applyMigrations(database.url, [{ version: 1, name: 'one', sql: 'select 1' }])
  const edited = applyMigrations(database.url, [{ version: 1, name: 'one', sql: 'select 2' }])
  await expect(edited).rejects.toThrow('Cannot migrate: step 1 "one" was edited after it had been applied')
})

test('a step that fails is rolled back whole and may be tried again', async () => {
  const broken = { version: 1, name: 'two tables', sql: 'create table one (); create table one ()' }
  await expect(applyMigrations(database.url, [broken])).rejects.toThrow('Cannot apply step 1 "two tables"')
  const client = new Client({ connectionString: database.url })
  await client.connect()
  const { rows } = await client.query(`select to_regclass('one') as found`)
  await client.end()
  expect(rows).toEqual([{ found: null }])
  expect(await applyMigrations(database.url, [{ ...broken, sql: 'create table one ()' }])).toEqual([1])
})
