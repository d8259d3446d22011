import { expect, it } from 'vitest'
import { filesByCoverage, licencesByCount, placeOf } from './fact-order.ts'

it('filesByCoverage() puts the least covered first and what has no line last', () => {
  const files = [
    { path: 'b.ts', linesCovered: 9, linesTotal: 10 },
    { path: 'types.ts', linesCovered: 0, linesTotal: 0 },
    { path: 'a.ts', linesCovered: 9, linesTotal: 10 },
    { path: 'c.ts', linesCovered: 1, linesTotal: 10 },
  ]
  const fact = {
    kind: 'coverage',
    linesCovered: 19,
    linesTotal: 30,
    lineRate: 19 / 30,
    branchesCovered: 0,
    branchesTotal: 0,
    branchRate: null,
    files,
  } as const
  expect(filesByCoverage({ ...fact, files }).map((file) => file.path)).toEqual(['c.ts', 'a.ts', 'b.ts', 'types.ts'])
})

it('licencesByCount() puts the most frequent first', () => {
  const fact = {
    kind: 'components',
    specVersion: '1.6',
    total: 9,
    licences: { ISC: 2, MIT: 5, 'Apache-2.0': 2 },
    components: [],
  } as const
  expect(licencesByCount({ ...fact, components: [] }).map(([licence]) => licence)).toEqual(['MIT', 'Apache-2.0', 'ISC'])
})

it.each([
  ['src/a.ts', 3, 'src/a.ts:3'],
  ['src/a.ts', null, 'src/a.ts'],
  [null, 3, '–'],
])('placeOf() writes %s and %s as %s', (path, line, expected) => {
  expect(placeOf({ rule: 'r', level: 'error', message: 'm', path, line })).toBe(expected)
})
