import type { Fact } from '@sluice/contracts/evidence'
import { expect, test } from 'vitest'
import { renderReports } from './render-reports.ts'

const failure = (name: string) => ({
  name,
  suite: 'money',
  outcome: 'failed' as const,
  message: 'expected 1\ngot 2',
  file: null,
})
const tests = (count: number): Fact => ({
  kind: 'tests',
  total: count + 1,
  passed: 1,
  failed: count,
  errors: 0,
  skipped: 0,
  durationMs: 1,
  failures: Array.from({ length: count }, (_, index) => failure(`case ${index + 1}`)),
  failuresOmitted: 0,
})
const findings: Fact = {
  kind: 'findings',
  tool: 'scanner',
  errors: 1,
  warnings: 0,
  notes: 1,
  suppressed: 0,
  findings: [
    { rule: 'no-eval', level: 'error', message: 'eval is used', path: 'src/a.js', line: 3 },
    { rule: 'style', level: 'note', message: 'not said', path: null, line: null },
  ],
  findingsOmitted: 0,
}

const shown = (fact: Fact | null, problem: string | null = null): string[] =>
  renderReports([{ job: 'check', name: 'report', path: 'report.xml', fact, problem }], { colour: false, width: 80 })

test.each([
  ['failed tests by name', tests(1), ['check, report: 2 tests: 1 failed', '  ✖ money › case 1: expected 1']],
  [
    'findings that matter, with their places',
    findings,
    ['check, report: scanner found 1 error, 0 warnings, 1 note', '  error: src/a.js:3: eval is used [no-eval]'],
  ],
  ['a report of a kind that is not read', null, ['check, report: report.xml was found; its format is not read']],
] as [string, Fact | null, string[]][])('%s', (_, fact, lines) => {
  expect(shown(fact)).toEqual(lines)
})

test('of very many failures the first are named, the rest is counted', () => {
  const lines = shown(tests(25))
  expect(lines).toHaveLength(22)
  expect(lines.at(-1)).toBe('  … and 5 more')
})

test('a report that cannot be read says why', () => {
  expect(shown(null, 'Cannot read report.xml: it is empty')).toEqual([
    'check, report: cannot be read: Cannot read report.xml: it is empty',
  ])
})
