import { expect, test } from 'vitest'
import { createBackOff } from './back-off.ts'

test('waits double with each death up to half a minute', () => {
  const backOff = createBackOff()
  const waits = Array.from({ length: 10 }, (_, index) => backOff.died(index * 1000))
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
})

test('a minute without a death forgets them all', () => {
  const backOff = createBackOff()
  backOff.died(0)
  expect(backOff.died(1000)).toBe(500)
  expect(backOff.died(61_001)).toBe(250)
})
