import { describe, expect, it } from 'vitest'
import {
  formatAgo,
  formatBytes,
  formatDuration,
  formatLatency,
  formatCoverage,
  formatRate,
  shortCommit,
  shortDigest,
} from './format.ts'

describe('formatDuration()', () => {
  it.each([
    [0, 'en', '0 ms'],
    [999.4, 'en', '999 ms'],
    [1500, 'en', '1.5 s'],
    [2000, 'zh-CN', '2 秒'],
    [59_999, 'en', '1 min'],
    [65_000, 'en', '1 min 5 s'],
    [3_600_000, 'zh-CN', '1 小时'],
    [3_900_000, 'en', '1 h 5 min'],
    [90_000_000, 'en', '1 d 1 h'],
    [86_400_000 * 3 + 5000, 'zh-CN', '3 天'],
  ] as const)('writes %d ms in %s as %s', (durationMs, language, expected) => {
    expect(formatDuration(durationMs, language)).toBe(expected)
  })
})

describe('formatCoverage()', () => {
  it.each([
    [0, '0.0 %'],
    [0.7996, '79.9 %'],
    [0.8, '80.0 %'],
    [418 / 466, '89.6 %'],
    [0.99999, '99.9 %'],
    [1, '100.0 %'],
  ])('%d is %s', (rate, text) => {
    expect(formatCoverage(rate)).toBe(text)
  })
})

describe('formatRate()', () => {
  it.each([
    [0, '0 %'],
    [0.00001, '< 0.01 %'],
    [0.0042, '0.42 %'],
    [0.0512, '5.1 %'],
    [0.8, '80 %'],
    [0.9999, '> 99.9 %'],
    [1, '100 %'],
  ])('writes %d as %s', (rate, expected) => {
    expect(formatRate(rate)).toBe(expected)
  })
})

describe('formatBytes() and formatLatency()', () => {
  it('take the unit that fits', () => {
    expect([0, 999, 1000, 1_250_000, 3_000_000_000_000].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1 kB',
      '1.3 MB',
      '3000 GB',
    ])
    expect([0.42, 9.96, 12.4].map(formatLatency)).toEqual(['0.4 ms', '10 ms', '12 ms'])
  })
})

describe('formatAgo()', () => {
  const now = Date.parse('2026-01-02T00:00:00Z')
  it.each([
    ['2026-01-02T00:00:05Z', 'en', 'now'],
    ['2026-01-01T23:57:00Z', 'en', '3 minutes ago'],
    ['2026-01-01T21:00:00Z', 'zh-CN', '3小时前'],
    ['2025-12-30T00:00:00Z', 'en', '3 days ago'],
  ] as const)('says of %s in %s: %s', (at, language, expected) => {
    expect(formatAgo(at, now, language)).toBe(expected)
  })
})

it('digests and commits are shortened without their algorithm', () => {
  expect(shortDigest(`sha256:${'ab12'.repeat(16)}`)).toBe('ab12ab12ab12')
  expect(shortDigest('ab12ab12ab12ff')).toBe('ab12ab12ab12')
  expect(shortCommit('0123456789abcdef')).toBe('01234567')
})
