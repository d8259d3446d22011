import { expect, test } from 'vitest'
import {
  checkKeywordsReference,
  keywordTableProblems,
  renderKeywordsReference,
  type KeywordRow,
  type KeywordTable,
} from './keywords-reference.ts'

const row = (state: KeywordRow['state'] = 'works'): KeywordRow => ({ state, note: 'What it does.' })
const problemsOf = (table: KeywordTable, text: string): string[] =>
  keywordTableProblems(table, [{ path: 'domain/pipeline/src/read/cache.ts', text }])

const reader = `
const more = ['when'] as const
const keywords = { known: ['key', ...more], unsupported: ['old'] }
`
const rows = { 'cache:key': row(), 'cache:when': row(), 'cache:old': row('refused') }

test('a table that says what the readers say is well', () => {
  expect(problemsOf({ cache: rows }, reader)).toEqual([])
})

test.each<[string, KeywordTable, string]>([
  [
    'a keyword without a row',
    { cache: { 'cache:key': row(), 'cache:old': row('refused') } },
    '"when" of cache.ts has no row',
  ],
  ['a reader without any row', {}, '"key" of cache.ts has no row'],
  ['a row that nothing reads', { cache: { ...rows, 'cache:size': row() } }, '"cache:size" is in the table'],
  ['a row of a file that is not there', { cache: rows, image: { image: row() } }, '"image" is in the table'],
  ['a refused keyword that is said to work', { cache: { ...rows, 'cache:old': row() } }, 'refused by cache.ts'],
  [
    'a keyword that works and is said to be refused',
    { cache: { ...rows, 'cache:key': row('refused') } },
    'read by cache.ts',
  ],
  ['a row without a note', { cache: { ...rows, 'cache:key': { state: 'works', note: ' ' } } }, 'lacks its note'],
])('%s is found', (_, table, problem) => {
  expect(problemsOf(table, reader)).toContainEqual(expect.stringContaining(problem))
})

test('the document lists keywords in order', () => {
  const document = renderKeywordsReference({ b: { tags: row() }, a: { 'cache:key': row(), cache: row() } })
  expect(document.match(/^\| `[^`]+`/gm)).toEqual(['| `cache`', '| `cache:key`', '| `tags`'])
})

test('table, readers and document of this repository agree', async () => {
  const report = await checkKeywordsReference()
  expect(report.problems).toEqual([])
  expect(report.keywords).toBeGreaterThan(0)
})
