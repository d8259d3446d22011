import { expect, test } from 'vitest'
import {
  checkErrorsReference,
  errorTableProblems,
  renderErrorsReference,
  type PackageErrors,
} from './errors-reference.ts'
import { packageInfo } from './package-info.ts'

const packages = [
  packageInfo({ path: 'domain/a/package.json', text: '{"name":"@sluice/a"}' }),
  packageInfo({ path: 'domain/b/package.json', text: '{"name":"@sluice/b"}' }),
  packageInfo({ path: 'adapters/c/package.json', text: '{"name":"@sluice/c","dependencies":{"@sluice/a":"*"}}' }),
]
const table = (folder: string, ...codes: string[]): PackageErrors => ({
  package: `@sluice/${folder}`,
  folder: `domain/${folder}`,
  codes: Object.fromEntries(codes.map((code) => [code, { summary: 'What it means.', remedy: 'What to do.' }])),
})
const problemsOf = (tables: PackageErrors[], files: Record<string, string>): string[] =>
  errorTableProblems(
    tables,
    Object.entries(files).map(([path, text]) => ({ path, text })),
    packages,
  )

test('a code that is thrown and in its table is well', () => {
  const files = { 'domain/a/src/x.ts': `throw new SluiceError('A_BROKEN', 'Cannot')` }
  expect(problemsOf([table('a', 'A_BROKEN')], files)).toEqual([])
})

test('a code that is thrown and in no table is found', () => {
  const files = { 'domain/a/src/x.ts': `throw new SluiceError('A_BROKEN', 'Cannot')` }
  expect(problemsOf([table('a')], files)).toEqual([expect.stringContaining('not in the table of @sluice/a')])
})

test('a code of another package is not in the table of this one', () => {
  const files = {
    'domain/a/src/x.ts': `throw new SluiceError('B_BROKEN', 'Cannot')`,
    'domain/b/src/x.ts': `f('B_BROKEN')`,
  }
  expect(problemsOf([table('a'), table('b', 'B_BROKEN')], files)).toEqual([
    expect.stringContaining('domain/a/src/x.ts'),
  ])
})

test('an adapter may throw the codes of the package whose port it implements', () => {
  const files = { 'adapters/c/src/x.ts': `throw new SluiceError('A_BROKEN', 'Cannot')` }
  expect(problemsOf([table('a', 'A_BROKEN')], files)).toEqual([])
})

test('a code that only a test uses counts as never used', () => {
  const files = { 'domain/a/src/x.test.ts': `new SluiceError('A_BROKEN', 'Cannot')` }
  expect(problemsOf([table('a', 'A_BROKEN')], files)).toEqual([expect.stringContaining('never used')])
})

test('a code in two tables is found', () => {
  const files = { 'domain/a/src/x.ts': `f('A_BROKEN')`, 'domain/b/src/x.ts': `f('A_BROKEN')` }
  expect(problemsOf([table('a', 'A_BROKEN'), table('b', 'A_BROKEN')], files)).toEqual([
    expect.stringContaining('several tables'),
  ])
})

test('the document lists packages and codes in order', () => {
  const document = renderErrorsReference([table('b', 'B_X'), table('a', 'A_Y', 'A_X')])
  expect(document.match(/^##+ .*/gm)).toEqual(['## @sluice/a', '### `A_X`', '### `A_Y`', '## @sluice/b', '### `B_X`'])
})

test('tables and document of this repository agree', async () => {
  const report = await checkErrorsReference()
  expect(report.problems).toEqual([])
  expect(report.codes).toBeGreaterThan(0)
})
