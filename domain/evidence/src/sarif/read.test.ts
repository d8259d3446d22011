import type { FindingsFact } from '@sluice/contracts/evidence'
import { describe, expect, it } from 'vitest'
import { readReport } from '../read-report.ts'
import { encodeUtf8 } from '../text/encode-utf8.ts'

const rules = [{ id: 'R1', defaultConfiguration: { level: 'error' } }, { id: 'R2' }]
const log = (results: unknown, more: object = {}): string =>
  JSON.stringify({
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'oxlint', version: '1.2', rules } }, results, ...more }],
  })
const read = (json: string): FindingsFact =>
  readReport('sarif', encodeUtf8(json), { sourceRoot: '/b' }).fact as FindingsFact
const message = { text: 'm' }

describe('readReport() of SARIF', () => {
  it.each([
    ['its own level', { ruleId: 'R1', level: 'note', message }, 'note'],
    ['the default of its rule by id', { ruleId: 'R1', message }, 'error'],
    ['the default of its rule by index', { ruleIndex: 0, message }, 'error'],
    ['the rule above it in a hierarchy', { ruleId: 'R1/sub', message }, 'error'],
    ['warning for want of any', { ruleId: 'R9', message }, 'warning'],
    ['none where it is no failure', { ruleId: 'R1', kind: 'informational', message }, 'none'],
  ])('gives a result %s', (_, result, level) => {
    expect(read(log([result])).findings[0]?.level).toBe(level)
  })

  it.each([
    ['accepted', [{ kind: 'external', status: 'accepted' }], 1],
    ['without status', [{ kind: 'inSource' }], 1],
    ['rejected', [{ kind: 'external', status: 'rejected' }], 0],
    ['under review', [{ kind: 'external', status: 'underReview' }], 0],
    ['rejected once, accepted once', [{ kind: 'external', status: 'rejected' }, { kind: 'inSource' }], 1],
  ])('counts a suppression that is %s', (_, suppressions, suppressed) => {
    expect(read(log([{ ruleId: 'R1', message, suppressions }]))).toMatchObject({ suppressed, errors: 1 - suppressed })
  })

  it('reads strings that no store keeps as strings that every store keeps', () => {
    const json = log([{ ruleId: 'R1', message }]).replace('"R1","message"', '"a\\u0000b\\ud800","message"')
    expect(read(json).findings[0]?.rule).toBe('ab\ufffd')
  })

  it('leaves out what a baseline has and this scan has not', () => {
    expect(read(log([{ ruleId: 'R1', message, baselineState: 'absent' }]))).toMatchObject({ errors: 0, findings: [] })
  })

  it('puts the worst first, with place and message in full', () => {
    const located = [
      { physicalLocation: { artifactLocation: { uri: 'file:///b/src/a%20b.ts' }, region: { startLine: 3 } } },
    ]
    const fact = read(
      log([
        { ruleId: 'R2', message },
        { ruleId: 'R1', message: { text: 'no {0}', arguments: ['eval'] }, locations: located },
      ]),
    )
    expect(fact).toMatchObject({ tool: 'oxlint', errors: 1, warnings: 1, findingsOmitted: 0 })
    expect(fact.findings[0]).toEqual({ rule: 'R1', level: 'error', message: 'no eval', path: 'src/a b.ts', line: 3 })
  })

  it.each([
    ['EVIDENCE_SCAN_FAILED', 'a failed scan', log([], { invocations: [{ executionSuccessful: false }] })],
    [
      'EVIDENCE_SCAN_FAILED',
      'one failed part',
      log([], { invocations: [{ executionSuccessful: true }, { executionSuccessful: false }] }),
    ],
    ['EVIDENCE_SCAN_FAILED', 'no list of results', log(undefined)],
    ['EVIDENCE_SCAN_FAILED', 'results null', log(null)],
    ['EVIDENCE_SCAN_FAILED', 'results elsewhere', log([], { externalPropertyFileReferences: { results: [{}] } })],
    ['EVIDENCE_EMPTY', 'no run', '{"version":"2.1.0","runs":[]}'],
    ['EVIDENCE_TRUNCATED', 'a cut file', log([{ ruleId: 'R1', message }]).slice(0, -4)],
    ['EVIDENCE_TRUNCATED', 'a cut string', log([]).slice(0, 12)],
    ['EVIDENCE_NOT_JSON', 'no JSON', '<testsuite/>'],
    ['EVIDENCE_NOT_JSON', 'a stray comma', '{"version":"2.1.0",}'],
    ['EVIDENCE_WRONG_FORMAT', 'another version', '{"version":"2.0.0","runs":[]}'],
    ['EVIDENCE_WRONG_FORMAT', 'an unknown level', log([{ message, level: 'fatal' }])],
    ['EVIDENCE_WRONG_FORMAT', 'a list', '[]'],
  ])('refuses with %s %s', (code, _, json) => {
    expect(() => read(json)).toThrow(expect.objectContaining({ code }) as Error)
  })

  it('says which scanner failed and what it said', () => {
    const invocations = [
      { executionSuccessful: false, toolConfigurationNotifications: [{ message: { text: 'no ruleset' } }] },
    ]
    expect(() => read(log([], { invocations }))).toThrow('scanner "oxlint" says that it did not finish: no ruleset')
  })
})
