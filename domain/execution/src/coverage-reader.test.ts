import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createCoverageReader } from './coverage-reader.ts'

function read(pattern: string, ...chunks: string[]): number | null {
  const reader = createCoverageReader(pattern)
  for (const chunk of chunks) reader.push(chunk)
  return reader.end()
}

it.each<[string, string, string, number | null]>([
  [
    'the number in the match',
    String.raw`/Code coverage: \d+(?:\.\d+)?/`,
    'Code coverage: 67.89% of lines covered\n',
    67.89,
  ],
  ['the last line that matches', String.raw`/Total: \d+%/`, 'Total: 10%\nTotal: 20%\ndone\n', 20],
  ['the last match of a line', String.raw`/\d+%/`, 'old 10% new 20%\n', 20],
  ['a group', String.raw`/Lines: (\d+\.\d+)%/`, 'Lines: 81.5% of 90\n', 81.5],
  ['the last of two groups', String.raw`/(\d+) of (\d+)/`, '3 of 4\n', 4],
  ['the first number of the match', String.raw`/Total.*/`, 'Total 12 of 34\n', 12],
  ['a number without leading zeros', String.raw`/Total: \d+/`, 'Total: 007\n', 7],
  ['the last line with a number in its match', String.raw`/Total.*/`, 'Total 12\nTotal unknown 5x\nTotal?\n', 5],
  ['a line without a break at its end', String.raw`/Total: \d+/`, 'Total: 9', 9],
  ['a line with a break of Windows', String.raw`/Total: \d+$/m`, 'Total: 9\r\nnothing\r\n', 9],
  ['nothing', String.raw`/Total: \d+/`, 'no coverage here\n', null],
])('a coverage reader finds %s', (_, pattern, text, coverage) => {
  expect(read(pattern, text)).toBe(coverage)
})

it('a coverage reader finds the same however the log is cut', () => {
  const text = 'Total: 1%\nx\nTotal: 23%\nand 4 more\n'
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 5 }), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), text.length]
      const chunks = at.slice(1).map((end, index) => text.slice(at[index], end))
      expect(read(String.raw`/Total: \d+%/`, ...chunks)).toBe(23)
    }),
  )
})
