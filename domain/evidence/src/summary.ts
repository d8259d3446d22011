import type { Fact } from '@sluice/contracts/evidence'
import { unreachable } from '@sluice/kernel'

/** The figures of a fact for the log entry `evidence.recorded`: small, flat, without names from the report. */
export function summaryOf(fact: Fact): Record<string, number | string | null> {
  switch (fact.kind) {
    case 'tests': {
      const { kind, total, passed, failed, errors, skipped, durationMs } = fact
      return { kind, total, passed, failed, errors, skipped, durationMs }
    }
    case 'coverage': {
      const { kind, linesCovered, linesTotal, lineRate, branchesCovered, branchesTotal, branchRate } = fact
      return { kind, linesCovered, linesTotal, lineRate, branchesCovered, branchesTotal, branchRate }
    }
    case 'findings': {
      const { kind, tool, errors, warnings, notes, suppressed } = fact
      return { kind, tool, errors, warnings, notes, suppressed }
    }
    case 'components': {
      const { kind, specVersion, total, licences } = fact
      return {
        kind,
        specVersion,
        total,
        licences: Object.keys(licences).length,
        unknownLicence: licences['unknown'] ?? 0,
      }
    }
    default:
      return unreachable(fact)
  }
}
