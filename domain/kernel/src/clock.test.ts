import { expect, test } from 'vitest'
import { fixedClock } from './clock.ts'

test('fixedClock() stands still until it is moved', () => {
  const clock = fixedClock(1000)
  expect([clock.now(), clock.now()]).toEqual([1000, 1000])
  clock.advance(250)
  expect(clock.now()).toBe(1250)
})

test('fixedClock() gives clocks that do not move each other', () => {
  const [moved, still] = [fixedClock(0), fixedClock(0)]
  moved.advance(1)
  expect([moved.now(), still.now()]).toEqual([1, 0])
})
