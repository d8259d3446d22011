import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'

import { Client } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { createDatabase, type TestDatabase } from '../../../testing/database.ts'
import { applyMigrations } from '../src/database/apply-migrations.ts'
import { migrations } from '../src/database/migrations.ts'
import type { Log } from '../src/log.ts'
import { startService } from '../src/service.ts'
import { version } from '../src/version.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await createDatabase()
})
afterEach(() => database.drop())

const quiet: Log = () => undefined
const start = (databaseUrl = database.url): ReturnType<typeof startService> =>
  startService(
    { databaseUrl, databaseConnectionsMax: 4, host: '127.0.0.1', port: 0, releaseDigest: 'sha256:abc' },
    quiet,
  )

test('the version is the one of package.json', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  expect(version).toBe(manifest.version)
})

test('health says 503 before the database is migrated and 200 after, with version and digest', async () => {
  const service = await start()
  const health = `http://127.0.0.1:${service.port}/health`
  expect((await fetch(health)).status).toBe(503)
  await applyMigrations(database.url, migrations)
  const response = await fetch(health)
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({ status: 'ok', service: 'authorisation', version, digest: 'sha256:abc' })
  await service.stop()
})

test('without a database health says 503, and a write says that it may be repeated', async () => {
  const service = await start('postgres:///none?host=/nonexistent&user=nobody')
  const base = `http://127.0.0.1:${service.port}`
  expect((await fetch(`${base}/health`)).status).toBe(503)
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'k' }
  const body = JSON.stringify({ creditLimit: 1, currency: 'CNY' })
  const response = await fetch(`${base}/v1/accounts`, { method: 'POST', headers, body })
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
  await service.stop()
})

test('a stop lets the request in flight end, tells its connection to close, and refuses new ones', async () => {
  await applyMigrations(database.url, migrations)
  const service = await start()
  const locker = new Client({ connectionString: database.url })
  await locker.connect()
  await locker.query('begin; lock table accounts in access exclusive mode')

  const agent = new Agent({ keepAlive: true })
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'in-flight' }
  const sent = request({ agent, port: service.port, host: '127.0.0.1', method: 'POST', path: '/v1/accounts', headers })
  sent.end(JSON.stringify({ creditLimit: 100, currency: 'CNY' }))
  await untilOneWaits()

  const stopped = service.stop()
  const refused = connect(service.port, '127.0.0.1')
  await expect(once(refused, 'connect')).rejects.toThrow('ECONNREFUSED')
  await locker.query('commit')
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  expect(response.statusCode).toBe(201)
  expect(response.headers.connection).toBe('close')
  response.resume()
  await stopped
  agent.destroy()
  await locker.end()
})

/**
 * Asks until a session waits for a lock: each question is a round trip, so this asks without a clock.
 * On a connection of its own, outside a transaction: within one the view would never change.
 */
async function untilOneWaits(): Promise<void> {
  const client = new Client({ connectionString: database.url })
  await client.connect()
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  while ((await client.query(waiting)).rowCount === 0);
  await client.end()
}
