import type { FactKind } from '@sluice/contracts/evidence'
import type { ReportFormat } from '@sluice/contracts/policy'

/** Which kind of fact the reader of a format yields. */
export const factKinds: Record<ReportFormat, FactKind> = {
  junit: 'tests',
  cobertura: 'coverage',
  sarif: 'findings',
  cyclonedx: 'components',
}

/**
 * The members of each kind of fact, with their CEL types: the vocabulary of gates, described in README.md. `dyn` is a
 * number or null. Counts are `int`, so `tests.failed == 0` compares whole numbers.
 */
export const factMembers: Record<FactKind, Record<string, string>> = {
  tests: {
    total: 'int',
    passed: 'int',
    failed: 'int',
    errors: 'int',
    skipped: 'int',
    durationMs: 'int',
    failures: 'list<map<string, dyn>>',
    failuresOmitted: 'int',
  },
  coverage: {
    linesCovered: 'int',
    linesTotal: 'int',
    lineRate: 'dyn',
    branchesCovered: 'int',
    branchesTotal: 'int',
    branchRate: 'dyn',
    files: 'list<map<string, dyn>>',
  },
  findings: {
    tool: 'string',
    errors: 'int',
    warnings: 'int',
    notes: 'int',
    suppressed: 'int',
    findings: 'list<map<string, dyn>>',
    findingsOmitted: 'int',
  },
  components: {
    specVersion: 'string',
    total: 'int',
    licences: 'map<string, int>',
    components: 'list<map<string, dyn>>',
  },
}

/** What an expression may ask about the run: `run.isolated`, whether every report came from an isolated job. */
export const runMembers: Record<string, string> = { isolated: 'bool' }
