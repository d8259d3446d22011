import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bucketOf, latencyBoundsMs } from './latency-buckets.ts'
import { WeightedRoundRobin } from './weighted-round-robin.ts'

describe('WeightedRoundRobin', () => {
  test('gives each its exact share of every 100 turns, whatever the weights', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.nat(100), (first, part) => {
        const second = Math.floor(((100 - first) * part) / 100)
        const weights = { a: first, b: second, c: 100 - first - second }
        const rotation = new WeightedRoundRobin(Object.entries(weights).map(([id, weight]) => ({ id, weight })))
        const turns = { a: 0, b: 0, c: 0 }
        for (let turn = 0; turn < 100; turn++) turns[rotation.next() as 'a' | 'b' | 'c'] += 1
        expect(turns).toEqual(weights)
      }),
    )
  })
  test('spreads the turns of the light one evenly', () => {
    const rotation = new WeightedRoundRobin([
      { id: 'a', weight: 75 },
      { id: 'b', weight: 25 },
    ])
    expect(Array.from({ length: 8 }, () => rotation.next()).join('')).toBe('aabaaaba')
  })
  test('has nobody where all weights are 0', () => {
    expect(new WeightedRoundRobin([{ id: 'a', weight: 0 }]).next()).toBeNull()
  })
})

describe('bucketOf()', () => {
  test.each([
    [0, 0],
    [0.1, 0],
    [0.11, 1],
    [1, 10],
    [100_000, 60],
    [100_001, 61],
  ])('%d ms lies in bucket %i', (latencyMs, bucket) => {
    expect(bucketOf(latencyMs)).toBe(bucket)
  })
  test('bounds rise, the last is open', () => {
    const bounds = latencyBoundsMs.map((bound) => bound ?? Infinity)
    expect(bounds).toEqual(bounds.toSorted((a, b) => a - b))
    expect(new Set(bounds).size).toBe(62)
  })
})
