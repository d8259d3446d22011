import type { CoverageFact, Fact, FindingsFact, TestsFact } from '@sluice/contracts/evidence'
import { describe, expect, it } from 'vitest'
import { sentenceOf } from './sentence.ts'
import { summaryOf } from './summary.ts'

const tests: Omit<TestsFact, 'total' | 'passed' | 'failed'> = {
  kind: 'tests',
  errors: 0,
  skipped: 0,
  durationMs: 0,
  failures: [],
  failuresOmitted: 0,
}
const coverage: Omit<CoverageFact, 'linesCovered' | 'linesTotal' | 'lineRate'> = {
  kind: 'coverage',
  branchesCovered: 0,
  branchesTotal: 0,
  branchRate: null,
  files: [],
}
const findings: Omit<FindingsFact, 'errors' | 'warnings' | 'suppressed'> = {
  kind: 'findings',
  tool: 'oxlint',
  notes: 0,
  findings: [],
  findingsOmitted: 0,
}

const rows: [Fact, string, string][] = [
  [{ ...tests, total: 24, passed: 24, failed: 0 }, '24 tests passed', '24 个测试通过'],
  [{ ...tests, total: 1, passed: 1, failed: 0 }, '1 test passed', '1 个测试通过'],
  [{ ...tests, total: 0, passed: 0, failed: 0 }, 'no test ran', '没有运行任何测试'],
  [
    { ...tests, total: 38, passed: 36, failed: 1, skipped: 1 },
    '38 tests: 1 failed, 1 skipped',
    '共 38 个测试：1 个失败，跳过 1 个',
  ],
  [
    { ...coverage, linesCovered: 913, linesTotal: 1000, lineRate: 0.913 },
    '91.3 % of lines covered (913 of 1000)',
    '行覆盖率 91.3 %（913/1000）',
  ],
  [
    { ...coverage, linesCovered: 7996, linesTotal: 10_000, lineRate: 0.7996 },
    '79.9 % of lines covered (7996 of 10000)',
    '行覆盖率 79.9 %（7996/10000）',
  ],
  [
    { ...coverage, linesCovered: 0, linesTotal: 0, lineRate: null },
    'there are no lines to cover',
    '没有可覆盖的代码行',
  ],
  [
    { ...findings, errors: 0, warnings: 0, suppressed: 2 },
    'oxlint found nothing, 2 suppressed',
    'oxlint 未发现问题，另有 2 个已豁免',
  ],
  [
    { ...findings, errors: 1, warnings: 2, suppressed: 0 },
    'oxlint found 1 error, 2 warnings, 0 notes',
    'oxlint 发现 1 个错误、2 个警告、0 个提示',
  ],
  [
    { kind: 'components', specVersion: '1.6', total: 3, licences: { MIT: 2, unknown: 1 }, components: [] },
    '3 components, 1 without a licence',
    '3 个组件，其中 1 个没有许可证信息',
  ],
]

describe('sentenceOf()', () => {
  it.each(rows)('says of %o: %s', (fact, en, zh) => {
    expect(sentenceOf(fact)).toEqual({ en, zh })
  })
})

describe('summaryOf()', () => {
  it.each(rows)('keeps figures of %o only', (fact) => {
    const summary = summaryOf(fact)
    expect(summary['kind']).toBe(fact.kind)
    expect(Object.values(summary).every((value) => value === null || typeof value !== 'object')).toBe(true)
  })
})
