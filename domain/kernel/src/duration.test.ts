import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

describe('parseDuration()', () => {
  test.each<[string, number]>([
    // The examples of GitLab's reference, keywords `timeout` and `artifacts:expire_in`.
    ['3600', hour],
    ['3600 seconds', hour],
    ['60 minutes', hour],
    ['42', 42 * second],
    ['42 seconds', 42 * second],
    ['3 mins 4 sec', 3 * minute + 4 * second],
    ['2 hrs 20 min', 2 * hour + 20 * minute],
    ['2h20min', 2 * hour + 20 * minute],
    ['6 mos 1 day', 181 * day],
    ['47 yrs 6 mos and 4d', 47 * 365.25 * day + 184 * day],
    ['3 weeks and 2 days', 23 * day],
    ['3 hours 30 minutes', 3.5 * hour],
    // Ours.
    ['1h30m', 1.5 * hour],
    ['1.5h', 1.5 * hour],
    ['  2 DAYS, 4 hours ', 52 * hour],
    ['0.5', 500],
    ['250ms', 250],
    ['0', 0],
  ])('%j is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  test.each([
    [''],
    ['soon'],
    ['never'],
    ['-1'],
    ['1 parsec'],
    ['10 minutes or so'],
    ['h'],
    ['1h2'],
    ['1e3'],
    ['3 constructor'],
  ])('%j is no duration', (text) => {
    expect(parseDuration(text)).toBeNull()
  })

  test('takes any text without throwing, and gives no negative time', () => {
    fc.assert(fc.property(fc.string(), (text) => (parseDuration(text) ?? 0) >= 0))
  })
})

describe('formatDuration()', () => {
  test.each<[number, string]>([
    [0, '0 ms'],
    [850, '850 ms'],
    [999.7, '1.0 s'],
    [4200, '4.2 s'],
    [59_960, '1 min'],
    [200 * second, '3 min 20 s'],
    [125 * minute, '2 h 5 min'],
    [76 * hour, '3 d 4 h'],
    [hour, '1 h'],
    [day + 5 * second, '1 d'],
  ])('%i ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  test('is read back by parseDuration() within what it shows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 * day }), (ms) => {
        const back = parseDuration(formatDuration(ms)) ?? Number.NaN
        expect(Math.abs(back - ms)).toBeLessThan(Math.max(60, ms * 0.05))
      }),
    )
  })
})
