import { expect, it } from 'vitest'
import { unmatchedPaths } from './unmatched-paths.ts'

it.each([
  [['a.xml', 'it/*.xml'], ['a.xml', 'it/b.xml'], []],
  [['a.xml', 'it/*.xml'], ['a.xml'], ['it/*.xml']],
  [['reports', 'reports/a.xml'], ['reports/a.xml'], []],
  [['a.xml', 'b.xml'], [], ['a.xml', 'b.xml']],
  [['a.xml'], ['tests.gz'], []],
])('unmatchedPaths(%j, %j) are %j', (paths, files, unmatched) => {
  expect(
    unmatchedPaths(
      paths,
      files.map((path) => ({ path })),
    ),
  ).toEqual(unmatched)
})
