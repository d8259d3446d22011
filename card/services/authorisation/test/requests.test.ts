import { afterAll, beforeAll, expect, test } from 'vitest'

import { createHarness, type Harness } from './harness.ts'

let service: Harness
let accountId: string
beforeAll(async () => {
  service = await createHarness()
  accountId = await service.open(10_000)
})
afterAll(() => service.close())

const authorisation = (): Record<string, unknown> => ({ accountId, reference: 'v', amount: 1, currency: 'CNY' })

test.each([
  ['an amount of 0', { amount: 0 }, 'amount: wanted over 0'],
  ['a negative amount', { amount: -1 }, 'amount: wanted over 0'],
  ['a fraction', { amount: 1.5 }, 'amount: wanted an integer'],
  ['an amount over 2^53 - 1', { amount: 9_007_199_254_740_992 }, 'amount: wanted an integer'],
  ['an amount as text', { amount: '100' }, 'amount: wanted an integer'],
  ['no amount', { amount: undefined }, 'amount: wanted an integer'],
  ['another currency', { currency: 'USD' }, 'currency: wanted "CNY"'],
  ['an account id that is no UUID', { accountId: '42' }, 'accountId: wanted a UUID'],
  ['an empty reference', { reference: '' }, 'reference: wanted 1 to 64'],
  ['a reference of 65 characters', { reference: 'x'.repeat(65) }, 'reference: wanted 1 to 64'],
  ['a reference with a space', { reference: 'a b' }, 'reference: wanted 1 to 64'],
  ['a field that does not exist', { tip: 1 }, 'unknown tip'],
])('%s is refused', async (_name, change, message) => {
  const { status, json } = await service.post('/v1/authorisations', { ...authorisation(), ...change })
  expect(status).toBe(400)
  expect(json['code']).toBe('REQUEST_INVALID')
  expect(json['message']).toContain(message)
  expect(await service.available(accountId)).toBe(10_000)
})

test.each([
  ['a negative limit', { creditLimit: -1, currency: 'CNY' }],
  ['a limit of null', { creditLimit: null, currency: 'CNY' }],
  ['a list', []],
  ['a number', 7],
])('opening an account with %s is refused', async (_name, body) => {
  expect((await service.post('/v1/accounts', body)).status).toBe(400)
})

test('a body that is not JSON is refused', async () => {
  const { status, json } = await service.post('/v1/authorisations', '{"amount": 1')
  expect([status, json['message']]).toEqual([400, 'Cannot read the request: the body is not JSON'])
})

test('a body of another type is refused', async () => {
  const headers = { 'content-type': 'text/plain', 'idempotency-key': 'k' }
  const response = await service.app.request('/v1/accounts', { method: 'POST', headers, body: '{}' })
  expect(response.status).toBe(415)
})

test('a body over 16 KiB is refused', async () => {
  const { status, json } = await service.post('/v1/authorisations', {
    ...authorisation(),
    reference: 'x'.repeat(20_000),
  })
  expect([status, json['code']]).toEqual([413, 'BODY_TOO_LARGE'])
})

test.each([
  ['without a key', {}],
  ['with an empty key', { 'idempotency-key': '' }],
  ['with a key of 129 characters', { 'idempotency-key': 'k'.repeat(129) }],
  ['with a space in the key', { 'idempotency-key': 'a b' }],
])('a write %s is refused', async (_name, header) => {
  const headers = { 'content-type': 'application/json', ...header } as Record<string, string>
  const body = JSON.stringify(authorisation())
  const response = await service.app.request('/v1/authorisations', { method: 'POST', headers, body })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code: 'IDEMPOTENCY_KEY_INVALID' })
})

test.each([
  ['/v1/accounts/5f0c7a3e-54cb-4bd7-9a0c-0d3a8ad3f0b1/available', 404, 'ACCOUNT_UNKNOWN'],
  ['/v1/accounts/42/available', 400, 'REQUEST_INVALID'],
  ['/v2/accounts', 404, 'ROUTE_UNKNOWN'],
])('GET %s answers %i %s', async (path, status, code) => {
  const reply = await service.get(path)
  expect([reply.status, reply.json['code']]).toEqual([status, code])
})
