import { randomUUID } from 'node:crypto'

import type { Hono } from 'hono'
import { Pool } from 'pg'

import { createDatabase } from '../../../testing/database.ts'
import { applyMigrations } from '../src/database/apply-migrations.ts'
import { migrations } from '../src/database/migrations.ts'
import { createApp } from '../src/http/app.ts'

export interface Reply {
  status: number
  text: string
  json: Record<string, unknown>
  replayed: boolean
}

export interface Harness {
  app: Hono
  pool: Pool
  url: string
  /** Lines that the service logged. */
  logged: { event: string; fields: Record<string, unknown> }[]
  post: (path: string, body: unknown, key?: string) => Promise<Reply>
  get: (path: string) => Promise<Reply>
  /** Opens an account and returns its id. */
  open: (creditLimit: number) => Promise<string>
  authorise: (accountId: string, amount: number, reference?: string, key?: string) => Promise<Reply>
  reverse: (accountId: string, reference: string, amount?: number, key?: string) => Promise<Reply>
  available: (accountId: string) => Promise<unknown>
  close: () => Promise<void>
}

/** The service's HTTP interface on a migrated database of its own. */
export async function createHarness(): Promise<Harness> {
  const database = await createDatabase()
  await applyMigrations(database.url, migrations)
  const pool = new Pool({ connectionString: database.url, max: 10 })
  const logged: Harness['logged'] = []
  const log = (event: string, fields: Record<string, unknown> = {}): unknown => logged.push({ event, fields })
  const app = createApp({ pool, log, releaseDigest: 'sha256:test', isStopping: () => false })

  const post: Harness['post'] = async (path, body, key = randomUUID()) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return reply(await app.request(path, { method: 'POST', headers, body: text }))
  }
  const get: Harness['get'] = async (path) => reply(await app.request(path))
  const open: Harness['open'] = async (creditLimit) => {
    const { json } = await post('/v1/accounts', { creditLimit, currency: 'CNY' })
    return String(json['accountId'])
  }
  const authorise: Harness['authorise'] = (accountId, amount, reference = randomUUID(), key) =>
    post('/v1/authorisations', { accountId, reference, amount, currency: 'CNY' }, key)
  const reverse: Harness['reverse'] = (accountId, reference, amount, key) =>
    post('/v1/reversals', { accountId, reference, amount, currency: 'CNY' }, key)
  const available: Harness['available'] = async (accountId) => {
    const { json } = await get(`/v1/accounts/${accountId}/available`)
    return json['available']
  }
  const close = async (): Promise<void> => {
    await pool.end()
    await database.drop()
  }
  return { app, pool, url: database.url, logged, post, get, open, authorise, reverse, available, close }
}

async function reply(response: Response): Promise<Reply> {
  const text = await response.text()
  const replayed = response.headers.get('idempotency-replayed') === 'true'
  return { status: response.status, text, json: JSON.parse(text) as Record<string, unknown>, replayed }
}
