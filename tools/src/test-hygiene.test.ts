import { expect, test } from 'vitest'
import { readRepository } from './repository.ts'
import { checkHygiene } from './test-hygiene.ts'

/** In pieces, as this file is looked at, too. */
const inSql = ['PG', 'SLEEP'].join('_')

const messagesFor = (text: string): string[] =>
  checkHygiene([{ path: 'tests/a.test.ts', text }]).problems.map(({ message }) => message)

test.each([
  ['a timer', `test('a', async () => { await new Promise((r) => setTimeout(r, 5)); expect(1) })`, /calls setTimeout/],
  ['an interval', `setInterval(() => {}, 5)`, /calls setInterval/],
  ['a sleep of its own', `test('a', async () => { await sleep(5); expect(1) })`, /calls sleep/],
  ['a page that waits', `test('a', async () => { await page.waitForTimeout(5); expect(1) })`, /calls waitForTimeout/],
  ['the timers of Node', `import { setTimeout as wait } from 'node:timers/promises'`, /do not sleep/],
  [
    'a database that sleeps',
    `test('a', async () => { await query('SELECT ${inSql}(1)'); expect(1) })`,
    /calls pg_sleep/,
  ],
  ['one in a template', `test('a', async () => { await sql\`${inSql}(\${s})\`; expect(1) })`, /calls pg_sleep/],
  ['no assertion', `test('a', () => { run() })`, /asserts nothing/],
  ['no assertion in a table', `it.each([1])('a %s', (n) => { run(n) })`, /asserts nothing/],
  ['no assertion in the function it names', `const f = () => run(); test('a', f)`, /asserts nothing/],
  ['only', `test.only('a', () => { expect(1) })`, /test\.only/],
  ['skip', `describe.skip('a', () => {})`, /describe\.skip/],
  ['todo', `it.todo('a')`, /it\.todo/],
  ['a literal condition', `test.skipIf(true)('a', () => { expect(1) })`, /not a literal/],
  ['a skip without a reason', `test('a', (context) => { context.skip(); expect(1) })`, /needs a reason/],
])('finds %s', (_, text, wanted) => {
  expect(messagesFor(text)).toEqual([expect.stringMatching(wanted)])
})

test.each([
  ['an assertion', `test('a', () => { expect(1).toBe(1) })`],
  ['an assertion in a function of the file', `const ok = () => expect(1); test('a', () => { ok() })`],
  ['a property', `test('a', () => { fc.assert(fc.property(fc.nat(), (n) => n >= 0)) })`],
  ['shared cases', `test('a', () => { journalCases(make) })`],
  ['a skip that says why', `test.skipIf(dockerIsMissing)('a', () => { expect(1) })`],
  ['a reason in the context', `test('a', (context) => { context.skip(noGit, 'git is not installed'); expect(1) })`],
  ['a regular expression', `test('a', () => { expect(/a/.test('a')).toBe(true) })`],
])('lets pass %s', (_, text) => {
  expect(messagesFor(text)).toEqual([])
})

test('no test of this repository sleeps, asserts nothing or is switched off', () => {
  const report = checkHygiene(readRepository().sources)
  expect(report.problems).toEqual([])
  expect(report.tests).toBeGreaterThan(20)
})
