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

test('counts from the first death of those after which it was never up for long', () => {
  const backOff = createBackOff()
  expect(backOff.failingMs(5)).toBe(0)
  backOff.died(1000)
  backOff.died(2000)
  backOff.started(3000)
  expect(backOff.failingMs(3000)).toBe(2000)
  backOff.died(12_999)
  expect(backOff.failingMs(12_999)).toBe(11_999)
  backOff.started(20_000)
  backOff.died(30_000)
  expect(backOff.failingMs(31_000)).toBe(1000)
})
