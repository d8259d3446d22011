import { createHash } from 'node:crypto'

import type pg from 'pg'

import { inTransaction } from '../database/transaction.ts'
import { Problem } from '../problem.ts'

/** An HTTP answer as it is stored: a repeat gets the same bytes. */
export interface Answer {
  status: number
  body: string
}

export interface KeyedRequest {
  /** Value of the `Idempotency-Key` header. */
  key: string
  /** What is asked, in a fixed form: two requests with one key must agree on it. */
  asked: { operation: string; fields: unknown }
}

/**
 * Runs `work` once per key, in one transaction with the record of its answer.
 * Of two requests at the same time the second waits for the first; if the first fails, nothing of it stays and the second runs.
 */
export async function once(
  pool: pg.Pool,
  request: KeyedRequest,
  work: (tx: pg.PoolClient) => Promise<Answer>,
): Promise<Answer & { replayed: boolean }> {
  const fingerprint = fingerprintOf(request.asked)
  return inTransaction(pool, async (tx) => {
    if (!(await claim(tx, request.key, fingerprint))) return replay(tx, request.key, fingerprint)
    const answer = await work(tx)
    await remember(tx, request.key, answer)
    return { ...answer, replayed: false }
  })
}

function fingerprintOf(asked: KeyedRequest['asked']): string {
  return createHash('sha256')
    .update(JSON.stringify([asked.operation, asked.fields]))
    .digest('hex')
}

async function claim(tx: pg.PoolClient, key: string, fingerprint: string): Promise<boolean> {
  const inserted = await tx.query(
    'insert into idempotency_keys (key, fingerprint) values ($1, $2) on conflict (key) do nothing',
    [key, fingerprint],
  )
  return inserted.rowCount === 1
}

async function remember(tx: pg.PoolClient, key: string, answer: Answer): Promise<void> {
  await tx.query('update idempotency_keys set status = $2, body = $3 where key = $1', [key, answer.status, answer.body])
}

async function replay(tx: pg.PoolClient, key: string, fingerprint: string): Promise<Answer & { replayed: boolean }> {
  const { rows } = await tx.query<{ fingerprint: string; status: number; body: string }>(
    'select fingerprint, status, body from idempotency_keys where key = $1',
    [key],
  )
  const stored = rows[0]
  if (stored === undefined) throw new Error('Cannot replay the answer: its key is gone')
  if (stored.fingerprint !== fingerprint) {
    throw new Problem(
      409,
      'IDEMPOTENCY_KEY_REUSED',
      'Idempotency-Key was already used for a different request: take a new key',
    )
  }
  return { status: stored.status, body: stored.body, replayed: true }
}
