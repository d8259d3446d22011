import { expect, it } from 'vitest'
import { throttle, type Timers } from './throttle.ts'

function handTimers() {
  let due: (() => void) | null = null
  const timers: Timers = {
    after: (_, run) => {
      due = run
      return () => {
        due = null
      }
    },
  }
  const elapse = () => {
    const run = due
    due = null
    run?.()
  }
  return { timers, elapse }
}

it('throttle() acts at once, then once for all calls of an interval', () => {
  const { timers, elapse } = handTimers()
  let acts = 0
  const throttled = throttle(() => (acts += 1), 500, timers)
  throttled.call()
  throttled.call()
  throttled.call()
  expect(acts).toBe(1)
  elapse()
  expect(acts).toBe(2)
  elapse()
  expect(acts).toBe(2)
  throttled.call()
  expect(acts).toBe(3)
})

it('throttle() drops the rest when it is cancelled', () => {
  const { timers, elapse } = handTimers()
  let acts = 0
  const throttled = throttle(() => (acts += 1), 500, timers)
  throttled.call()
  throttled.call()
  throttled.cancel()
  elapse()
  expect(acts).toBe(1)
})
