import type { EvidenceRecord, Fact, FindingsFact, TestsFact } from '@sluice/contracts/evidence'
import type { GateRule, ReportSource } from '@sluice/contracts/policy'
import { canonicalJson } from '@sluice/kernel'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DecideInput } from './decide-input.ts'
import { decide } from './decide.ts'

const commit = 'a'.repeat(40)
const tests: TestsFact = {
  kind: 'tests',
  total: 38,
  passed: 38,
  failed: 0,
  errors: 0,
  skipped: 0,
  durationMs: 900,
  failures: [],
  failuresOmitted: 0,
}
const scan: FindingsFact = {
  kind: 'findings',
  tool: 'oxlint',
  errors: 0,
  warnings: 1,
  notes: 0,
  suppressed: 0,
  findings: [{ rule: 'R', level: 'warning', message: '', path: null, line: null }],
  findingsOmitted: 0,
}
const sources: ReportSource[] = [
  { job: 'unit', path: 'junit.xml', format: 'junit', name: 'tests' },
  { job: 'lint', path: 'lint.sarif', format: 'sarif', name: 'code-scan' },
]
const green: GateRule = {
  name: 'green',
  expr: 'tests.total > 0 && tests.failed == 0',
  requires: [],
  message: 'Every test must pass',
}
const clean: GateRule = {
  name: 'clean',
  expr: 'evidence["code-scan"].errors == 0',
  requires: [],
  message: 'No error may be found',
}

type Change = Partial<Omit<EvidenceRecord, 'producer'>> & { producer?: Partial<EvidenceRecord['producer']> }
function record(name: string, job: string, fact: Fact, { producer, ...change }: Change = {}): EvidenceRecord {
  return {
    id: `evidence-${name}`,
    name,
    subject: { name: 'card', digest: { gitCommit: commit } },
    format: 'any',
    tool: { name: 'tool', version: null },
    at: '2026-01-01T00:00:00Z',
    reportDigest: 'sha256:r',
    reportPath: 'report',
    producer: {
      runId: 'run-1',
      job,
      attempt: 1,
      runnerId: 'runner-1',
      definitionDigest: 'sha256:same',
      protectedDefinitionDigest: 'sha256:same',
      isolation: 'uid',
      ...producer,
    },
    fact,
    statement: { payloadType: '', payload: '', signatures: [] },
    ...change,
  }
}
const testsRecord = (change?: Change, fact: Partial<TestsFact> = {}): EvidenceRecord =>
  record('tests', 'unit', { ...tests, ...fact }, change)
const scanRecord = record('code-scan', 'lint', scan)

function input(
  evidence: EvidenceRecord[],
  rules: GateRule[] = [green, clean],
  more: Partial<DecideInput> = {},
): DecideInput {
  return {
    id: 'verdict-1',
    runId: 'run-1',
    gate: { name: 'quality', after: 'test', rules },
    policy: { ref: 'refs/heads/main', commit: 'b'.repeat(40), digest: 'sha256:p' },
    subject: { name: 'card', digest: { gitCommit: commit } },
    evidence,
    refused: [],
    sources,
    lastAttempts: {},
    at: '2026-01-01T00:00:01Z',
    ...more,
  }
}
const states = (given: DecideInput): string[] => decide(given).clauses.map(({ state }) => state)

describe('decide()', () => {
  it('opens where every rule passes, and says which values it saw', () => {
    const verdict = decide(input([testsRecord(), scanRecord]))
    expect(verdict).toMatchObject({
      decision: 'open',
      gate: 'quality',
      sentence: { en: 'Gate "quality" is open: all 2 rules hold' },
    })
    expect(verdict.clauses[0]).toMatchObject({
      state: 'pass',
      values: { 'tests.total': 38, 'tests.failed': 0 },
      evidence: ['evidence-tests'],
    })
    expect(verdict.clauses[1]?.values).toEqual({ 'evidence["code-scan"].errors': 0 })
  })

  it('takes jobs and reports that are called like members of every object', () => {
    const report: ReportSource = { job: 'toString', path: 'junit.xml', format: 'junit', name: 'constructor' }
    const rule: GateRule = { ...green, expr: 'constructor.total == 38' }
    const given = input([record('constructor', 'toString', tests)], [rule], { sources: [report] })
    expect(decide(given).clauses[0]).toMatchObject({ state: 'pass', values: { 'constructor.total': 38 } })
  })

  it('closes where one rule fails, with a sentence that a person understands', () => {
    const verdict = decide(input([testsRecord({}, { failed: 1, passed: 37 }), scanRecord]))
    expect(verdict.decision).toBe('closed')
    expect(verdict.sentence).toEqual({
      en: 'Gate "quality" is closed: Every test must pass (tests.total is 38, tests.failed is 1, wanted tests.total > 0 && tests.failed == 0)',
      zh: '门禁“quality”已关闭：Every test must pass（tests.total 为 38，tests.failed 为 1，要求 tests.total > 0 && tests.failed == 0）',
    })
  })

  it('does not count what an attempt before the last handed in', () => {
    const verdict = decide(input([testsRecord(), scanRecord], [green], { lastAttempts: { unit: 2, lint: 1 } }))
    expect(verdict.clauses[0]).toMatchObject({ state: 'missing', evidence: [] })
    expect(verdict.decision).toBe('closed')
  })

  it('says what a report does not tell, where a rule asks for it', () => {
    const coverage: Fact = {
      kind: 'coverage',
      linesCovered: 0,
      linesTotal: 0,
      lineRate: null,
      branchesCovered: 0,
      branchesTotal: 0,
      branchRate: null,
      files: [],
    }
    const source: ReportSource = { name: 'coverage', job: 'unit', path: 'cobertura.xml', format: 'cobertura' }
    const rule = { ...green, name: 'covered', expr: 'coverage.lineRate >= 0.8' }
    const verdict = decide(input([record('coverage', 'unit', coverage)], [rule], { sources: [source] }))
    expect(verdict.clauses[0]).toMatchObject({
      state: 'error',
      sentence: { en: 'rule "covered" could not be evaluated: the report does not tell coverage.lineRate' },
    })
  })

  it('says a rule’s message in the reader’s language where the policy has both', () => {
    const rule = { ...green, message: { en: 'Every test must pass.', zh: '测试必须全部通过。' } }
    const { sentence } = decide(input([testsRecord({}, { failed: 1, passed: 37 })], [rule]))
    expect(sentence.en).toContain('Every test must pass (tests.total is 38')
    expect(sentence.zh).toContain('测试必须全部通过（tests.total 为 38')
  })

  it.each<[string, EvidenceRecord[], Partial<DecideInput>, string, string]>([
    ['a missing report', [], {}, 'missing', 'report "tests" is missing: job "unit" did not hand in junit.xml'],
    [
      'a cut report',
      [],
      { refused: [{ name: 'tests', code: 'EVIDENCE_TRUNCATED', message: 'it ends too early' }] },
      'invalid',
      'report "tests" cannot be used: it ends too early [EVIDENCE_TRUNCATED]',
    ],
    [
      'a report of another kind',
      [record('tests', 'unit', scan)],
      {},
      'invalid',
      'report "tests" tells of findings, wanted tests',
    ],
    [
      'a report of another commit',
      [testsRecord({ subject: { name: 'card', digest: { gitCommit: 'c'.repeat(40) } } })],
      {},
      'wrong-subject',
      'report "tests" is about gitCommit cccccccccccc, wanted gitCommit aaaaaaaaaaaa',
    ],
    [
      'a report without a digest',
      [testsRecord({ subject: { name: 'card', digest: {} } })],
      {},
      'wrong-subject',
      'report "tests" is about "card" without a digest',
    ],
    [
      'a changed reporting job',
      [testsRecord({ producer: { definitionDigest: 'sha256:changed' } })],
      {},
      'untrusted',
      'report "tests" is not trusted: this change altered job "unit" that makes it, or a job whose files reach that one',
    ],
    [
      'a new reporting job',
      [testsRecord({ producer: { protectedDefinitionDigest: null } })],
      {},
      'untrusted',
      'is new in this change',
    ],
    [
      'a report by another job',
      [record('tests', 'fake', tests)],
      {},
      'untrusted',
      'job "fake" made it, the policy wants it from job "unit"',
    ],
    ['zero tests', [testsRecord({}, { total: 0, passed: 0 })], {}, 'fail', 'tests.total is 0'],
  ])('does not open for %s', (_, evidence, more, state, said) => {
    const verdict = decide(input(evidence, [green], more))
    expect([verdict.decision, verdict.clauses[0]?.state]).toEqual(['closed', state])
    expect(verdict.sentence.en).toContain(said)
  })

  it('takes a failed scan as invalid, not as a scan without findings', () => {
    const refused = [{ name: 'code-scan', code: 'EVIDENCE_SCAN_FAILED', message: 'scanner did not finish' }]
    expect(states(input([testsRecord()], [green, clean], { refused }))).toEqual(['pass', 'invalid'])
  })

  it('does not let a faked extra report under another name, or by another job, help', () => {
    const red = testsRecord({}, { failed: 2 })
    const otherName = record('tests-extra', 'fake', tests)
    const otherJob = record('tests', 'fake', tests, { id: 'z', producer: { attempt: 9 } })
    expect(states(input([otherName, red, otherJob], [green]))).toEqual(['fail'])
  })

  it('counts the newest attempt of a retried job', () => {
    const first = testsRecord({ id: 'first' }, { failed: 1 })
    const second = testsRecord({ id: 'second', producer: { attempt: 2 } })
    expect(decide(input([second, first], [green])).clauses[0]).toMatchObject({ state: 'pass', evidence: ['second'] })
    const worse = testsRecord({ id: 'worse', producer: { attempt: 3 } }, { failed: 1 })
    expect(states(input([second, worse, first], [green]))).toEqual(['fail'])
  })

  it('wants a report that only "requires" names', () => {
    const rule = { ...green, requires: ['code-scan'] }
    expect(states(input([testsRecord()], [rule]))).toEqual(['missing'])
  })

  it('names the gravest fault first: invalid, missing, wrong-subject, untrusted', () => {
    const rule = { ...green, requires: ['code-scan'] }
    const other = {
      subject: { name: 'card', digest: { gitCommit: 'c' } },
      producer: { definitionDigest: 'sha256:changed' },
    }
    const refused = [{ name: 'code-scan', code: 'X', message: 'm' }]
    expect(states(input([testsRecord(other)], [rule], { refused }))).toEqual(['invalid'])
    expect(states(input([testsRecord(other)], [rule]))).toEqual(['missing'])
    expect(states(input([testsRecord(other), scanRecord], [rule]))).toEqual(['wrong-subject'])
    expect(states(input([testsRecord({ producer: other.producer }), scanRecord], [rule]))).toEqual(['untrusted'])
  })

  it.each([
    ['a rate that is null', 'coverage.lineRate >= 0.8'],
    ['a division by zero', 'coverage.linesCovered / coverage.linesTotal > 0'],
    ['what is no boolean at the end', 'coverage.lineRate'],
    ['an expression that does not compile', 'coverage.lineRte > 0.8'],
    ['a report that is not declared', 'covrage.lineRate > 0.8'],
  ])('calls %s an error', (_, expr) => {
    const fact: Fact = {
      kind: 'coverage',
      linesCovered: 0,
      linesTotal: 0,
      lineRate: null,
      branchesCovered: 0,
      branchesTotal: 0,
      branchRate: null,
      files: [],
    }
    const own: ReportSource[] = [{ job: 'unit', path: 'c.xml', format: 'cobertura', name: 'coverage' }]
    const rule = { name: 'covered', expr, requires: ['coverage'], message: 'm' }
    expect(states(input([record('coverage', 'unit', fact)], [rule], { sources: own }))).toEqual(['error'])
  })

  it('lets a policy refuse what ran without isolation', () => {
    const rule = { name: 'isolated', expr: 'run.isolated', requires: [], message: 'm' }
    expect(states(input([testsRecord()], [rule]))).toEqual(['pass'])
    expect(
      states(
        input([testsRecord(), { ...scanRecord, producer: { ...scanRecord.producer, isolation: 'none' } }], [rule]),
      ),
    ).toEqual(['fail'])
    expect(states(input([], [rule]))).toEqual(['fail'])
  })

  it('judges by the policy that it is given: what the change says of gates cannot be seen here', () => {
    const lowered: GateRule = { ...green, expr: 'true' }
    const red = testsRecord({}, { failed: 1 })
    expect(decide(input([red], [green])).decision).toBe('closed')
    expect(decide(input([red], [lowered])).policy).toEqual(decide(input([red], [green])).policy)
  })

  it('records of lists only their size', () => {
    const rule = { ...clean, expr: 'evidence["code-scan"].findings.all(f, f.level != "error")' }
    expect(decide(input([scanRecord], [rule])).clauses[0]).toMatchObject({
      state: 'pass',
      values: { 'evidence["code-scan"].findings': { size: 1 } },
    })
  })

  it('gives the same bytes for the same inputs, in whatever order evidence comes', () => {
    const attempt = fc.record({
      attempt: fc.integer({ min: 1, max: 3 }),
      failed: fc.nat(2),
      job: fc.constantFrom('unit', 'fake'),
      changed: fc.boolean(),
    })
    const records = fc
      .array(attempt, { maxLength: 6 })
      .map((all) =>
        all.map(({ attempt, failed, job, changed }, index) =>
          record(
            'tests',
            job,
            { ...tests, failed },
            { id: `e${index}`, producer: { attempt, ...(changed ? { definitionDigest: 'x' } : {}) } },
          ),
        ),
      )
    const shuffled = records.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    )
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        const [first, second] = [decide(input(one)), decide(input(other))]
        expect(canonicalJson(first)).toBe(canonicalJson(second))
        expect(first.decision === 'open').toBe(first.clauses.every(({ state }) => state === 'pass'))
      }),
    )
  })
})
