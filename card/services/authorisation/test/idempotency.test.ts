import { afterAll, beforeAll, expect, test } from 'vitest'

import { createHarness, type Harness } from './harness.ts'

let service: Harness
beforeAll(async () => {
  service = await createHarness()
})
afterAll(() => service.close())

test('a repeat gets the same status and the same bytes, and is marked', async () => {
  const account = await service.open(10_000)
  const first = await service.authorise(account, 1_000, 'r', 'key-1')
  const second = await service.authorise(account, 1_000, 'r', 'key-1')
  expect(first.replayed).toBe(false)
  expect(second).toEqual({ ...first, replayed: true })
  expect(await service.available(account)).toBe(9_000)
})

test('opening an account twice with one key opens one account', async () => {
  const first = await service.post('/v1/accounts', { creditLimit: 1, currency: 'CNY' }, 'key-open')
  const second = await service.post('/v1/accounts', { creditLimit: 1, currency: 'CNY' }, 'key-open')
  expect([second.status, second.text]).toEqual([201, first.text])
})

test('a decline is repeated as it was, even when the money is there by then', async () => {
  const account = await service.open(1_000)
  await service.authorise(account, 1_000, 'blocker')
  const declined = await service.authorise(account, 500, 'wanted', 'key-declined')
  await service.reverse(account, 'blocker')
  expect((await service.authorise(account, 500, 'wanted', 'key-declined')).text).toBe(declined.text)
})

test('a repeat may be written with other spaces', async () => {
  const account = await service.open(1_000)
  const body = { accountId: account, reference: 'spaced', amount: 10, currency: 'CNY' }
  const first = await service.post('/v1/authorisations', body, 'key-spaces')
  const second = await service.post('/v1/authorisations', JSON.stringify(body, null, 2), 'key-spaces')
  expect(second.text).toBe(first.text)
})

test('the same key with another amount is refused and changes nothing', async () => {
  const account = await service.open(10_000)
  await service.authorise(account, 1_000, 'r2', 'key-2')
  const { status, json } = await service.authorise(account, 2_000, 'r2', 'key-2')
  expect([status, json['code']]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED'])
  expect(await service.available(account)).toBe(9_000)
})

test('the same key for another operation is refused', async () => {
  const account = await service.open(10_000)
  await service.authorise(account, 1_000, 'r3', 'key-3')
  expect((await service.reverse(account, 'r3', 1_000, 'key-3')).status).toBe(409)
})

test('twelve requests with one key at the same time hold once and all get the same bytes', async () => {
  const account = await service.open(10_000)
  const replies = await Promise.all(
    Array.from({ length: 12 }, () => service.authorise(account, 1_000, 'together', 'key-together')),
  )
  expect(new Set(replies.map(({ text }) => text)).size).toBe(1)
  expect(replies.filter(({ replayed }) => !replayed)).toHaveLength(1)
  expect(await service.available(account)).toBe(9_000)
})

test('a request that was refused leaves its key free', async () => {
  const account = await service.open(10_000)
  expect((await service.authorise(account, -1, 'r4', 'key-4')).status).toBe(400)
  expect((await service.authorise(account, 1, 'r4', 'key-4')).json['approved']).toBe(true)
})

test('a request that failed in the database leaves its key free and no trace', async () => {
  const account = await service.open(10_000)
  await service.pool.query('alter table postings rename to postings_away')
  const failed = await service.authorise(account, 100, 'r5', 'key-5')
  await service.pool.query('alter table postings_away rename to postings')
  expect([failed.status, failed.json['code']]).toEqual([500, 'INTERNAL'])
  expect(await service.available(account)).toBe(10_000)
  expect((await service.authorise(account, 100, 'r5', 'key-5')).json['approved']).toBe(true)
})
