import { expect, test } from 'vitest'
import { documentProblems } from './documents.ts'

const readme = '# A\n\n```\nnpm ci && npm start\nnpm ci && npm test\n```\n'
const problemsOf = (files: Record<string, string>): string[] =>
  documentProblems(
    Object.entries({ 'README.md': readme, ...files }).map(([path, text]) => ({ path, text })),
    ['README.md', 'docs/a.md', ...Object.keys(files)],
    '/machine/of/someone',
  )

test('a README with both commands is well', () => {
  expect(problemsOf({})).toEqual([])
})

test('a README without a command is found', () => {
  expect(problemsOf({ 'README.md': '`npm ci && npm start`' })).toHaveLength(2)
})

test.each([
  ['docs/b.md', '[a](a.md), [a](./a.md#x), [out](https://example.org/x), [here](#b), [up](../README.md)', 0],
  ['docs/b.md', '[c](c.md)', 1],
  ['docs/b.md', '`[c](c.md)`', 0],
  ['tools/a.ts', 'const path = "/machine/of/someone/else"', 1],
])('%s with %s has %d problems', (path, text, count) => {
  expect(problemsOf({ [path]: text })).toHaveLength(count)
})
