import { afterAll, beforeAll, expect, test } from 'vitest'

import { createHarness, type Harness } from './harness.ts'

let service: Harness
beforeAll(async () => {
  service = await createHarness()
})
afterAll(() => service.close())

test('a new account has its whole limit available', async () => {
  const { status, json } = await service.post('/v1/accounts', { creditLimit: 500_000, currency: 'CNY' })
  expect(status).toBe(201)
  expect(json).toMatchObject({ currency: 'CNY', creditLimit: 500_000, held: 0, available: 500_000 })
})

test('an account may have no limit at all, and then nothing is approved', async () => {
  const account = await service.open(0)
  expect((await service.authorise(account, 1)).json).toMatchObject({ approved: false, code: '51' })
})

test('an approval holds the amount and gives an approval code of six digits', async () => {
  const account = await service.open(10_000)
  const { status, json } = await service.authorise(account, 2_500, 'first')
  expect(status).toBe(200)
  expect(json).toMatchObject({ accountId: account, reference: 'first', amount: 2_500, approved: true, code: '00' })
  expect(json['approvalCode']).toMatch(/^\d{6}$/)
  const { json: left } = await service.get(`/v1/accounts/${account}/available`)
  expect(left).toEqual({ accountId: account, currency: 'CNY', creditLimit: 10_000, held: 2_500, available: 7_500 })
})

test('the last fen of the limit can be spent, and one fen more is declined with 51', async () => {
  const account = await service.open(10_000)
  expect((await service.authorise(account, 10_000)).json).toMatchObject({ approved: true, code: '00' })
  const { status, json } = await service.authorise(account, 1)
  expect(status).toBe(200)
  expect(json).toMatchObject({ approved: false, code: '51', approvalCode: null })
  expect(await service.available(account)).toBe(0)
})

test('a decline leaves the account as it was', async () => {
  const account = await service.open(10_000)
  await service.authorise(account, 10_001)
  expect(await service.available(account)).toBe(10_000)
})

test('an account that does not exist is declined with 14', async () => {
  const { status, json } = await service.authorise('5f0c7a3e-54cb-4bd7-9a0c-0d3a8ad3f0b1', 100)
  expect(status).toBe(200)
  expect(json).toMatchObject({ approved: false, code: '14' })
})

test('a reference that another request has used is declined with 94 and holds nothing', async () => {
  const account = await service.open(10_000)
  await service.authorise(account, 1_000, 'once')
  expect((await service.authorise(account, 1_000, 'once')).json).toMatchObject({ approved: false, code: '94' })
  expect(await service.available(account)).toBe(9_000)
})

test('two accounts may use the same reference', async () => {
  const [one, other] = [await service.open(1_000), await service.open(1_000)]
  await service.authorise(one, 400, 'shared')
  expect((await service.authorise(other, 400, 'shared')).json['approved']).toBe(true)
})

test('the largest amount that JSON carries exactly is held exactly', async () => {
  const account = await service.open(Number.MAX_SAFE_INTEGER)
  await service.authorise(account, Number.MAX_SAFE_INTEGER - 1)
  expect(await service.available(account)).toBe(1)
})

test('thirty authorisations at the same time spend no more than the limit', async () => {
  const account = await service.open(10_000)
  const replies = await Promise.all(Array.from({ length: 30 }, () => service.authorise(account, 1_000)))
  const codes = replies.map(({ json }) => json['code']).toSorted()
  expect(codes).toEqual([...Array<string>(10).fill('00'), ...Array<string>(20).fill('51')])
  expect(await service.available(account)).toBe(0)
})

test('authorisations and reversals of one account at the same time neither deadlock nor lose a fen', async () => {
  const account = await service.open(20_000)
  const references = Array.from({ length: 20 }, (_, index) => `pair-${index}`)
  const pairs = references.flatMap((reference) => [
    service.authorise(account, 1_000, reference),
    service.reverse(account, reference),
  ])
  const statuses = new Set((await Promise.all(pairs)).map(({ status }) => status))
  expect(statuses).toEqual(new Set([200]))
  expect(await service.available(account)).toBe(20_000)
})
