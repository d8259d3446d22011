import { expect, test } from 'vitest'

import type { Call, Outcome } from '../src/exercise/calls.ts'
import { createCustomers } from '../src/exercise/customers.ts'
import { runOpenLoop, type Ticks } from '../src/exercise/open-loop.ts'
import { createTally } from '../src/exercise/tally.ts'

/** A small generator with a seed (Lehmer, 1951), so that every run of the test is the same. */
function seeded(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

function counter(): () => string {
  let last = 0
  return () => `id-${(last += 1)}`
}

const outcome = (status: number, body: unknown): Outcome => ({ status, body: JSON.stringify(body), durationMs: 1 })

/** Answers as the service would: accounts open, payments up to `limit` fen pass. */
function answer(call: Call, id: () => string, limit: number): Outcome {
  if (call.kind === 'open') return outcome(201, { accountId: id() })
  if (call.kind === 'authorise') return outcome(200, { approved: Number(call.body?.['amount']) <= limit })
  return outcome(200, {})
}

test('customers open eight accounts, then mostly pay, and also read, reverse and repeat', () => {
  const customers = createCustomers(seeded(7), counter())
  const accountIds = counter()
  const kinds: Record<string, number> = {}
  for (let turn = 0; turn < 1_000; turn += 1) {
    const call = customers.next()
    kinds[call.kind] = (kinds[call.kind] ?? 0) + 1
    customers.learn(call, answer(call, accountIds, Number.POSITIVE_INFINITY))
  }
  expect(kinds['open']).toBe(8)
  expect(kinds['authorise']).toBeGreaterThan(500)
  expect(Math.min(kinds['read']!, kinds['reverse']!, kinds['repeat']!)).toBeGreaterThan(30)
})

test('a repeat is the same request under the same key', () => {
  const customers = createCustomers(seeded(11), counter())
  const accountIds = counter()
  const calls: Call[] = []
  for (let turn = 0; turn < 500; turn += 1) {
    const call = customers.next()
    calls.push(call)
    customers.learn(call, answer(call, accountIds, 100_000))
  }
  const bodiesOf = (kind: Call['kind']): string[] =>
    calls.filter((call) => call.kind === kind).map(({ key, body }) => JSON.stringify([key, body]))
  expect(bodiesOf('repeat').length).toBeGreaterThan(10)
  expect(bodiesOf('authorise')).toEqual(expect.arrayContaining(bodiesOf('repeat')))
})

test('an account whose limit is spent is given up for a new one', () => {
  const customers = createCustomers(seeded(3), counter())
  const accountIds = counter()
  let opened = 0
  for (let turn = 0; turn < 200; turn += 1) {
    const call = customers.next()
    if (call.kind === 'open') opened += 1
    customers.learn(call, answer(call, accountIds, 0))
  }
  expect(opened).toBeGreaterThan(16)
})

test('an answer that is no JSON, or none at all, does not stop the customers', () => {
  const customers = createCustomers(seeded(5), counter())
  for (let turn = 0; turn < 50; turn += 1) {
    const call = customers.next()
    customers.learn(call, { status: turn % 2 === 0 ? 0 : 502, body: 'bad gateway', durationMs: 1 })
  }
  expect(customers.next().kind).toBe('open')
})

test('only 5xx and broken connections count as failures', () => {
  const tally = createTally()
  for (const status of [200, 201, 400, 409, 500, 503, 0]) tally.add({ status, body: '', durationMs: status })
  tally.holdBack()
  expect(tally.summary()).toEqual({
    requests: 7,
    failures: 3,
    refused: 2,
    heldBack: 1,
    latencyP50Ms: 400,
    latencyP95Ms: 503,
  })
})

test('no request at all sums up to zeros', () => {
  expect(createTally().summary()).toMatchObject({ requests: 0, latencyP50Ms: 0, latencyP95Ms: 0 })
})

/** A clock that moves by what is waited for, and stops the loop at `endMs`. */
function clock(endMs: number): { ticks: Ticks; signal: AbortSignal } {
  const stop = new AbortController()
  let nowMs = 0
  const wait = async (ms: number): Promise<void> => {
    nowMs += Math.max(0, ms)
    if (nowMs >= endMs) stop.abort()
  }
  return { ticks: { nowMs: () => nowMs, wait }, signal: stop.signal }
}

test('the loop sends at its rate', async () => {
  let sent = 0
  const send = async (): Promise<void> => {
    sent += 1
  }
  await runOpenLoop({ rate: 50, maxInFlight: 8, send, holdBack: () => undefined, ...clock(2_000) })
  expect(sent).toBe(100)
})

test('with eight requests unanswered the loop holds the others back, and at the end it waits for those eight', async () => {
  const { ticks, signal } = clock(1_000)
  const answered = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => answered.resolve())
  const counts = { held: 0, finished: 0 }
  const send = async (): Promise<void> => {
    await answered.promise
    counts.finished += 1
  }
  await runOpenLoop({ rate: 100, maxInFlight: 8, send, holdBack: () => (counts.held += 1), signal, ticks })
  expect(counts).toEqual({ held: 92, finished: 8 })
})
