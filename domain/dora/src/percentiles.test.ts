import fc from 'fast-check'
import { expect, test } from 'vitest'
import { percentilesOf } from './percentiles.ts'

test.each([
  [[], null],
  [[7], { p50: 7, p75: 7, p90: 7 }],
  [[4, 2], { p50: 2, p75: 4, p90: 4 }],
  [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], { p50: 5, p75: 8, p90: 9 }],
])('percentiles of %j by nearest rank', (values, wanted) => {
  expect(percentilesOf(values)).toEqual(wanted)
})

test('percentiles are observed values, rise, and have at least their share at or below', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1 }), (values) => {
      const { p50, p75, p90 } = percentilesOf(values)!
      expect(values).toEqual(expect.arrayContaining([p50, p75, p90]))
      expect(p50 <= p75 && p75 <= p90).toBe(true)
      expect(values.filter((value) => value <= p90).length).toBeGreaterThanOrEqual(0.9 * values.length)
    }),
  )
})
