import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededChance } from './chance.ts'

const take = (seed: number, count: number): number[] => {
  const chance = seededChance(seed)
  return Array.from({ length: count }, () => chance.next())
}

describe('seededChance()', () => {
  test('follows mulberry32', () => {
    expect(take(1, 1)).toEqual([0.6270739405881613])
  })

  test('repeats itself for one seed and differs for another', () => {
    expect(take(7, 5)).toEqual(take(7, 5))
    expect(take(7, 5)).not.toEqual(take(8, 5))
  })

  test('stays in [0, 1) for every seed', () => {
    fc.assert(fc.property(fc.integer(), (seed) => take(seed, 20).every((value) => value >= 0 && value < 1)))
  })

  test('fills its range evenly', () => {
    const tenths = Array.from({ length: 10 }, () => 0)
    for (const value of take(42, 10_000)) tenths[Math.floor(value * 10)] = (tenths[Math.floor(value * 10)] ?? 0) + 1
    expect(Math.min(...tenths)).toBeGreaterThan(850)
    expect(Math.max(...tenths)).toBeLessThan(1150)
  })
})
