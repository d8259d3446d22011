import { afterAll, beforeAll, expect, test } from 'vitest'

import { createHarness, type Harness } from './harness.ts'

let service: Harness
beforeAll(async () => {
  service = await createHarness()
})
afterAll(() => service.close())

test('a reversal gives the held amount back', async () => {
  const account = await service.open(10_000)
  await service.authorise(account, 4_000, 'a')
  const { status, json } = await service.reverse(account, 'a')
  expect(status).toBe(200)
  expect(json).toMatchObject({ accepted: true, code: '00', released: 4_000, originalSeen: true })
  expect(await service.available(account)).toBe(10_000)
})

test('a second reversal is accepted and releases nothing', async () => {
  const account = await service.open(10_000)
  await service.authorise(account, 4_000, 'a')
  await service.authorise(account, 1_000, 'b')
  await service.reverse(account, 'a')
  expect((await service.reverse(account, 'a')).json).toMatchObject({ accepted: true, released: 0, originalSeen: true })
  expect(await service.available(account)).toBe(9_000)
})

test('a reversal before its original is accepted, and the late original is declined with 68', async () => {
  const account = await service.open(10_000)
  const early = await service.reverse(account, 'late')
  expect(early.json).toMatchObject({ accepted: true, code: '00', released: 0, originalSeen: false })
  expect((await service.authorise(account, 500, 'late')).json).toMatchObject({ approved: false, code: '68' })
  expect((await service.authorise(account, 500, 'late')).json).toMatchObject({ approved: false, code: '68' })
  expect(await service.available(account)).toBe(10_000)
})

test('a reversal without any original, also of an account that does not exist, is accepted', async () => {
  const { status, json } = await service.reverse('5f0c7a3e-54cb-4bd7-9a0c-0d3a8ad3f0b1', 'never')
  expect(status).toBe(200)
  expect(json).toMatchObject({ accepted: true, released: 0, originalSeen: false })
})

test('the reversal of a declined authorisation is accepted and releases nothing', async () => {
  const account = await service.open(100)
  await service.authorise(account, 500, 'declined')
  expect((await service.reverse(account, 'declined')).json).toMatchObject({
    accepted: true,
    released: 0,
    originalSeen: true,
  })
  expect(await service.available(account)).toBe(100)
})

test('a reversal of one account does not touch the same reference of another', async () => {
  const [one, other] = [await service.open(1_000), await service.open(1_000)]
  await service.authorise(one, 700, 'same')
  expect((await service.reverse(other, 'same')).json).toMatchObject({ released: 0 })
  expect(await service.available(one)).toBe(300)
})

test.each([
  { steps: [300, 200], released: [300, 200], left: 9_500 },
  { steps: [300, 900], released: [300, 700], left: 10_000 },
  { steps: [5_000], released: [1_000], left: 10_000 },
])('partial reversals of $steps out of 1000 release $released', async ({ steps, released, left }) => {
  const account = await service.open(10_000)
  await service.authorise(account, 1_000, 'part')
  const seen: unknown[] = []
  for (const step of steps) seen.push((await service.reverse(account, 'part', step)).json['released'])
  expect(seen).toEqual(released)
  expect(await service.available(account)).toBe(left)
})

test('ten reversals at the same time release the amount once', async () => {
  const account = await service.open(10_000)
  await service.authorise(account, 1_000, 'race')
  const replies = await Promise.all(Array.from({ length: 10 }, () => service.reverse(account, 'race')))
  const released = replies.map(({ json }) => Number(json['released']))
  expect(released.reduce((sum, part) => sum + part, 0)).toBe(1_000)
  expect(await service.available(account)).toBe(10_000)
})
