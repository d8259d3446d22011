import { describe, expect, test } from 'vitest'
import { median } from './median.ts'
import { reached } from './reached.ts'
import type { Figures, Reach, RowResult } from './row.ts'
import { rows } from './rows.ts'
import { table } from './table.ts'

describe('median', () => {
  test.each([
    { of: [], is: null },
    { of: [3], is: 3 },
    { of: [9, 1, 5], is: 5 },
    { of: [4, 1, 2, 9], is: 3 },
    { of: [10, 9, 100], is: 10 },
  ])('of $of is $is', ({ of, is }) => {
    expect(median(of)).toBe(is)
  })
})

const took = (wallS: number, peakMb: number | null = 60): Figures => ({
  wallS,
  cpuS: wallS / 2,
  peakMb,
  runsS: [wallS],
})
const result = (figures: RowResult['figures'], reach: readonly Reach[] = []): RowResult => ({
  name: 'row',
  title: 'a row',
  reach,
  figures,
})

describe('reached', () => {
  test.each<{ reach: Reach; figures: RowResult['figures']; is: boolean | null }>([
    { reach: { kind: 'seconds', atMost: 1 }, figures: { ours: took(1) }, is: true },
    { reach: { kind: 'seconds', atMost: 1 }, figures: { ours: took(1.01) }, is: false },
    { reach: { kind: 'seconds', atMost: 1 }, figures: { floor: took(0.1) }, is: null },
    { reach: { kind: 'times', of: 'peer', atMost: 0.25 }, figures: { ours: took(1), peer: took(4) }, is: true },
    { reach: { kind: 'times', of: 'peer', atMost: 0.25 }, figures: { ours: took(1), peer: took(3.9) }, is: false },
    { reach: { kind: 'times', of: 'floor', atMost: 2 }, figures: { ours: took(1), peer: took(4) }, is: null },
    { reach: { kind: 'peak', atMostMb: 75 }, figures: { ours: took(1, 75) }, is: true },
    { reach: { kind: 'peak', atMostMb: 75 }, figures: { ours: took(1, 76) }, is: false },
    { reach: { kind: 'peak', atMostMb: 75 }, figures: { ours: took(1, null) }, is: null },
  ])('$reach with $figures is $is', ({ reach, figures, is }) => {
    expect(reached(reach, result(figures))).toBe(is)
  })
})

test('the table shows medians, ratios and what is reached, in columns of one width', () => {
  const reach = { kind: 'times', of: 'peer', atMost: 0.2 } as const
  const lines = table([
    result({ floor: took(0.05), ours: took(0.125), peer: took(0.5) }, [reach]),
    { ...result({}), name: 'other' },
  ]).split('\n')
  expect(lines.map((line) => line.length)).toEqual(Array.from({ length: 4 }, () => lines[0]?.length))
  const cells = (line: string | undefined): string[] => (line ?? '').split('|').map((cell) => cell.trim())
  expect(cells(lines[2])).toEqual(
    ['', 'row', '0.050', '0.125', '0.500', '2.50', '0.25', '0.063 / 0.250', '60', '✖ ≤ 0.2 x peer', ''].map((cell) =>
      cell === '0.063 / 0.250' ? expect.stringMatching(/^0\.06[23] \/ 0\.250$/) : cell,
    ),
  )
  expect(cells(lines[3])).toEqual(['', 'other', '-', '-', '-', '-', '-', '- / -', '-', '', ''])
})

test('every row has a name of its own', () => {
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length)
})
