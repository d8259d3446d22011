import type { TestsFact } from '@sluice/contracts/evidence'
import { mergedTool } from '../merged-tool.ts'
import { detailsMax, type ReportReading } from '../report.ts'

/** The cases of all files: a case that stands in two files was run twice and counts twice, as it does in one file. */
export function mergeJunit(readings: readonly ReportReading<TestsFact>[]): ReportReading {
  const facts = readings.map(({ fact }) => fact)
  const sum = (member: Exclude<keyof TestsFact, 'kind' | 'failures'>): number =>
    facts.reduce((total, fact) => total + fact[member], 0)
  const failures = facts.flatMap((fact) => fact.failures)
  const fact: TestsFact = {
    kind: 'tests',
    total: sum('total'),
    passed: sum('passed'),
    failed: sum('failed'),
    errors: sum('errors'),
    skipped: sum('skipped'),
    durationMs: sum('durationMs'),
    failures: failures.slice(0, detailsMax),
    failuresOmitted: sum('failuresOmitted') + Math.max(0, failures.length - detailsMax),
  }
  return { fact, tool: mergedTool(readings.map(({ tool }) => tool)) }
}
