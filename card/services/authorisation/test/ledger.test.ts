import { array, assert, asyncProperty, constantFrom, integer, record, type Arbitrary } from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { createHarness, type Harness } from './harness.ts'

let service: Harness
beforeAll(async () => {
  service = await createHarness()
})
afterAll(() => service.close())

const sound = { balanced: true, sum: 0, unbalancedEntries: 0, driftingAccounts: 0 }

test('a limit, a hold and a release are three entries of two postings, which balance', async () => {
  const account = await service.open(1_000)
  await service.authorise(account, 300, 'a')
  await service.reverse(account, 'a')
  const { rows } = await service.pool.query(
    `select kind, ledger, amount::int from journal_entries join postings on entry_id = id
     where account_id = $1 order by id, ledger`,
    [account],
  )
  expect(rows).toEqual([
    { kind: 'limit', ledger: 'commitment', amount: -1_000 },
    { kind: 'limit', ledger: 'open-to-buy', amount: 1_000 },
    { kind: 'hold', ledger: 'open-to-buy', amount: -300 },
    { kind: 'hold', ledger: 'pending', amount: 300 },
    { kind: 'release', ledger: 'open-to-buy', amount: 300 },
    { kind: 'release', ledger: 'pending', amount: -300 },
  ])
  expect((await service.get('/v1/ledger/balance')).json).toMatchObject(sound)
})

test('the database refuses an entry that does not balance', async () => {
  const account = await service.open(1_000)
  const insert = `with entry as (insert into journal_entries (kind) values ('hold') returning id)
    insert into postings (entry_id, ledger, account_id, amount) select id, 'pending', $1, 5 from entry`
  await expect(service.pool.query(insert, [account])).rejects.toThrow('does not balance')
})

test.each([
  'update postings set amount = 0',
  'delete from postings',
  'truncate postings',
  'delete from journal_entries',
])('the database refuses to "%s"', async (sql) => {
  await service.open(1_000)
  await expect(service.pool.query(sql)).rejects.toThrow('append-only')
})

test('an account that differs from its postings is seen', async () => {
  const account = await service.open(1_000)
  await service.pool.query('update accounts set held = 1 where id = $1', [account])
  const { json } = await service.get('/v1/ledger/balance')
  await service.pool.query('update accounts set held = 0 where id = $1', [account])
  expect(json).toMatchObject({ balanced: false, driftingAccounts: 1 })
})

/** What the service should hold, in a few lines: the reference that the real one is compared with. */
class Reference {
  held = new Map<string, number>()
  seen = new Set<string>()
  readonly limit: number

  constructor(limit: number) {
    this.limit = limit
  }

  available(): number {
    return this.limit - [...this.held.values()].reduce((sum, amount) => sum + amount, 0)
  }

  authorise(reference: string, amount: number): boolean {
    if (this.seen.has(reference)) return false
    this.seen.add(reference)
    if (amount > this.available()) return false
    this.held.set(reference, amount)
    return true
  }

  reverse(reference: string, amount: number): number {
    this.seen.add(reference)
    const held = this.held.get(reference) ?? 0
    const released = Math.min(amount, held)
    this.held.set(reference, held - released)
    return released
  }
}

interface Step {
  kind: 'authorise' | 'reverse'
  reference: string
  amount: number
}

const step: Arbitrary<Step> = record({
  kind: constantFrom('authorise', 'reverse'),
  reference: constantFrom('a', 'b', 'c', 'd', 'e'),
  amount: integer({ min: 1, max: 600 }),
})

/** The fact that both must agree on: whether it was approved, or how much was released. */
async function take(account: string, { kind, reference, amount }: Step): Promise<unknown> {
  if (kind === 'authorise') return (await service.authorise(account, amount, reference)).json['approved']
  return (await service.reverse(account, reference, amount)).json['released']
}

test('whatever the order of authorisations and reversals, the service agrees with the reference and the books balance', async () => {
  const run = async (limit: number, steps: Step[]): Promise<void> => {
    const account = await service.open(limit)
    const model = new Reference(limit)
    for (const each of steps) expect(await take(account, each)).toBe(model[each.kind](each.reference, each.amount))
    expect(await service.available(account)).toBe(model.available())
  }
  const plan = asyncProperty(integer({ min: 0, max: 1_500 }), array(step, { maxLength: 12 }), run)
  await assert(plan, { numRuns: 40 })
  expect((await service.get('/v1/ledger/balance')).json).toMatchObject(sound)
})
