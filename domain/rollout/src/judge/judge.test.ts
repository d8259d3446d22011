import { analysisPolicy } from '@sluice/contracts/policy'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { binomialGreater, fisherGreater } from './exact-test.ts'
import { judge } from './judge.ts'
import { latencyQuantileMs } from './quantile.ts'
import { difference, emptyReading, type Reading } from './reading.ts'

const policy = analysisPolicy.parse({})
const boundsMs = [1, 10, 100, 1000, null]

/** All requests in the bucket that holds `latencyMs`. */
function reading(requests: number, errors: number, latencyMs = 5): Reading {
  const bucket = boundsMs.findIndex((bound) => bound === null || latencyMs <= bound)
  return {
    requests,
    errors,
    latencyBoundsMs: boundsMs,
    latencyCounts: boundsMs.map((_, index) => (index === bucket ? requests : 0)),
  }
}

describe('judge()', () => {
  const rows: [string, Reading, Reading, string][] = [
    ['equal numbers pass', reading(500, 1), reading(500, 1), 'pass'],
    ['no request at all is inconclusive', reading(0, 0), reading(0, 0), 'inconclusive'],
    ['few requests without an error are inconclusive', reading(900, 0), reading(99, 0), 'inconclusive'],
    ['a stable version with few requests leaves it open', reading(99, 0), reading(900, 0), 'inconclusive'],
    ['two errors of ten do not fail early', reading(90, 0), reading(10, 2), 'inconclusive'],
    ['half of twenty failing fails early', reading(180, 0), reading(20, 10), 'fail'],
    ['a rate above the limit fails', reading(900, 60), reading(100, 6), 'fail'],
    ['a rate at the limit passes where the other has it too', reading(100, 5), reading(100, 5), 'pass'],
    ['two of a hundred against none of eight hundred are open', reading(800, 0), reading(100, 2), 'inconclusive'],
    ['two of a hundred against none of nine hundred fail', reading(900, 0), reading(100, 2), 'fail'],
    ['two of a hundred against one of a hundred pass', reading(100, 1), reading(100, 2), 'pass'],
    ['three of a hundred against one of a hundred are open', reading(100, 1), reading(100, 3), 'inconclusive'],
    ['four of a hundred against two of nine hundred fail', reading(900, 2), reading(100, 4), 'fail'],
    ['ten times the latency fails', reading(100, 0, 5), reading(100, 0, 50), 'fail'],
    ['ten times a small latency passes', reading(100, 0, 0.5), reading(100, 0, 5), 'pass'],
  ]
  test.each(rows)('%s', (_, stable, canary, result) => {
    expect(judge({ stable, canary }, policy).result).toBe(result)
  })

  test('says its numbers in both languages', () => {
    const { sentence } = judge({ stable: reading(1930, 2), canary: reading(214, 30) }, policy)
    expect(sentence.en).toBe(
      "Fail: 30 of 214 requests to the canary failed (14.02 %), 2 of 1,930 requests to the stable version (0.10 %); 95th percentile of latency 9.5 ms against 9.6 ms; its error rate 14.02 % is above the limit of 5.00 %; its error rate is 13.92 % above the other's, at most 1.00 % is allowed (p < 0.0001 by chance).",
    )
    expect(sentence.zh).toContain('灰度版本 214 个请求中 30 个失败（14.02%）')
  })

  test('says that a first release was compared with itself', () => {
    const judged = judge({ stable: reading(200, 0), canary: reading(200, 0), comparedWith: 'baseline' }, policy)
    expect(judged.result).toBe('pass')
    expect(judged.sentence.en).toContain('the baseline is a second instance of the same release')
    expect(judged.sentence.zh).toContain('以同一版本的另一个实例为基线')
  })

  test('holds a version to the limits alone where there is nothing to compare with', () => {
    expect(judge({ stable: emptyReading, canary: reading(100, 5), comparedWith: 'nothing' }, policy).result).toBe(
      'pass',
    )
    expect(judge({ stable: emptyReading, canary: reading(100, 6), comparedWith: 'nothing' }, policy).result).toBe(
      'fail',
    )
    expect(judge({ stable: emptyReading, canary: reading(99, 0), comparedWith: 'nothing' }, policy).result).toBe(
      'inconclusive',
    )
  })
})

const counts = fc.integer({ min: 0, max: 3000 }).chain((requests) =>
  fc.record({
    requests: fc.constant(requests),
    errors: fc.integer({ min: 0, max: requests }),
    latencyMs: fc.constantFrom(0.5, 5, 50, 500, 5000),
  }),
)
const asReading = (of: { requests: number; errors: number; latencyMs: number }): Reading =>
  reading(of.requests, of.errors, of.latencyMs)

describe('judge(), for any numbers', () => {
  test('more errors of the canary never take a fail away, and never make a pass', () => {
    const order = { pass: 0, inconclusive: 1, fail: 2 }
    fc.assert(
      fc.property(counts, counts, fc.integer({ min: 1, max: 50 }), (stable, canary, more) => {
        const errors = Math.min(canary.requests, canary.errors + more)
        const before = judge({ stable: asReading(stable), canary: asReading(canary) }, policy)
        const after = judge({ stable: asReading(stable), canary: asReading({ ...canary, errors }) }, policy)
        expect(order[after.result]).toBeGreaterThanOrEqual(order[before.result])
      }),
    )
  })

  test('the same numbers on both sides never fail below the limit', () => {
    fc.assert(
      fc.property(counts, (both) => {
        const { result } = judge({ stable: asReading(both), canary: asReading(both) }, { ...policy, maxErrorRate: 1 })
        expect(result).toBe(both.requests >= policy.minRequests ? 'pass' : 'inconclusive')
      }),
    )
  })

  test('fewer requests than the policy wants never pass', () => {
    fc.assert(
      fc.property(counts, counts, (stable, canary) => {
        fc.pre(Math.min(stable.requests, canary.requests) < policy.minRequests)
        expect(judge({ stable: asReading(stable), canary: asReading(canary) }, policy).result).not.toBe('pass')
      }),
    )
  })
})

describe('exact tests', () => {
  test("give the figures of Fisher's own example and of the tables", () => {
    // Fisher's tea tasting (1935): 3 of 4 right, p = 17/70.
    expect(fisherGreater({ errors: 3, requests: 4 }, { errors: 1, requests: 4 })).toBeCloseTo(17 / 70, 12)
    expect(fisherGreater({ errors: 4, requests: 4 }, { errors: 0, requests: 4 })).toBeCloseTo(1 / 70, 12)
    expect(binomialGreater(8, 10, 0.5)).toBeCloseTo(56 / 1024, 12)
    expect(binomialGreater(1, 10, 0.5)).toBeCloseTo(1023 / 1024, 12)
  })

  test('agree with the sum over all tables, computed in whole numbers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(60),
        fc.nat(60),
        (canaryRequests, stableRequests, a, b) => {
          const canary = { requests: canaryRequests, errors: a % (canaryRequests + 1) }
          const stable = { requests: stableRequests, errors: b % (stableRequests + 1) }
          expect(fisherGreater(canary, stable)).toBeCloseTo(fisherByCounting(canary, stable), 9)
        },
      ),
    )
  })
})

function choose(n: number, k: number): bigint {
  let result = 1n
  for (let index = 1; index <= k; index++) result = (result * BigInt(n - k + index)) / BigInt(index)
  return k < 0 || k > n ? 0n : result
}

function fisherByCounting(
  canary: { requests: number; errors: number },
  stable: { requests: number; errors: number },
): number {
  const marked = canary.errors + stable.errors
  const total = canary.requests + stable.requests
  let ways = 0n
  for (let k = canary.errors; k <= Math.min(marked, canary.requests); k++) {
    ways += choose(marked, k) * choose(total - marked, canary.requests - k)
  }
  return Number((ways * 1_000_000_000_000n) / choose(total, canary.requests)) / 1e12
}

describe('judge() on latency', () => {
  const spread = (fast: number, slow: number): Reading => ({
    ...emptyReading,
    requests: fast + slow,
    latencyBoundsMs: boundsMs,
    latencyCounts: [0, fast, 0, slow, 0],
  })
  const rows: [string, Reading, boolean, string][] = [
    ['many slow requests at the same time fail', spread(150, 50), true, 'fail'],
    ['a few slow requests leave it open', spread(94, 7), true, 'inconclusive'],
    ['many slow requests at another time leave it open', spread(150, 50), false, 'inconclusive'],
    ['many slow requests that fall below one in twenty pass', spread(1150, 50), false, 'pass'],
  ]
  test.each(rows)('%s', (_, canary, isSameTime, expected) => {
    expect(judge({ stable: spread(200, 0), canary, isSameTime }, policy).result).toBe(expected)
  })
})

describe('latencyQuantileMs()', () => {
  const rows: [string, number[], number, number | null][] = [
    ['no request has no quantile', [0, 0, 0, 0, 0], 0.95, null],
    ['the middle of one bucket', [0, 10, 0, 0, 0], 0.5, 5.5],
    ['the end of one bucket', [0, 10, 0, 0, 0], 1, 10],
    ['the second of two buckets', [50, 50, 0, 0, 0], 0.95, 9.1],
    ['empty buckets between are passed over', [90, 0, 10, 0, 0], 0.95, 55],
    ['the open bucket gives its lower bound', [0, 0, 0, 0, 10], 0.95, 1000],
  ]
  test.each(rows)('%s', (_, latencyCounts, q, expected) => {
    const requests = latencyCounts.reduce((sum, count) => sum + count, 0)
    const value = latencyQuantileMs({ requests, errors: 0, latencyBoundsMs: boundsMs, latencyCounts }, q)
    if (expected === null) expect(value).toBeNull()
    else expect(value).toBeCloseTo(expected, 9)
  })
})

describe('difference()', () => {
  test('subtracts count by count', () => {
    expect(difference(reading(12, 3), reading(10, 1))).toEqual(reading(2, 2))
  })
  test('knows that counters began anew', () => {
    expect(difference(reading(9, 1), reading(10, 1))).toBeNull()
    expect(difference(reading(12, 0), reading(10, 1))).toBeNull()
  })
})
