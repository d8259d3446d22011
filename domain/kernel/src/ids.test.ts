import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededChance, type Chance } from './chance.ts'
import { fixedClock } from './clock.ts'
import { sequentialIds, timeOrderedIds } from './ids.ts'

/** Chance that yields these values in order. */
function chanceOf(...values: number[]): Chance {
  const rest = [...values]
  return { next: () => rest.shift() ?? 0 }
}

test('sequentialIds() counts up from one behind its prefix', () => {
  const ids = sequentialIds('run')
  expect([ids.next(), ids.next()]).toEqual(['run-1', 'run-2'])
})

describe('timeOrderedIds()', () => {
  test('writes the example of RFC 9562, A.6', () => {
    const chance = chanceOf(0x18c4 / 2 ** 14, 0xcc3 / 2 ** 12, 0xdc0c0c / 2 ** 24, 0x07398f / 2 ** 24)
    expect(timeOrderedIds(fixedClock(0x017f22e279b0), chance).next()).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')
  })

  test('always writes version 7 and the variant of RFC 9562', () => {
    const form = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
    const times = fc.integer({ min: 0, max: 2 ** 48 - 1 })
    fc.assert(
      fc.property(times, fc.integer(), (now, seed) =>
        form.test(timeOrderedIds(fixedClock(now), seededChance(seed)).next()),
      ),
    )
  })

  test('sorts by time', () => {
    const clock = fixedClock(1_700_000_000_000)
    const ids = timeOrderedIds(clock, seededChance(1))
    const made = Array.from({ length: 50 }, () => {
      clock.advance(1)
      return ids.next()
    })
    expect(made.toSorted()).toEqual(made)
  })

  test('does not repeat an id within one millisecond', () => {
    const ids = timeOrderedIds(fixedClock(0), seededChance(1))
    expect(new Set(Array.from({ length: 1000 }, () => ids.next())).size).toBe(1000)
  })
})
