import type { FindingsFact } from '@sluice/contracts/evidence'
import { mergedTool } from '../merged-tool.ts'
import { detailsMax, type ReportReading } from '../report.ts'
import { severity } from './severity.ts'

/** The results of all files, the most severe first. */
export function mergeSarif(readings: readonly ReportReading<FindingsFact>[]): ReportReading {
  const facts = readings.map(({ fact }) => fact)
  const sum = (member: 'errors' | 'warnings' | 'notes' | 'suppressed' | 'findingsOmitted'): number =>
    facts.reduce((total, fact) => total + fact[member], 0)
  const findings = facts.flatMap((fact) => fact.findings).toSorted((a, b) => severity[a.level] - severity[b.level])
  const tool = mergedTool(readings.map((reading) => reading.tool))
  const fact: FindingsFact = {
    kind: 'findings',
    tool: tool.name,
    errors: sum('errors'),
    warnings: sum('warnings'),
    notes: sum('notes'),
    suppressed: sum('suppressed'),
    findings: findings.slice(0, detailsMax),
    findingsOmitted: sum('findingsOmitted') + Math.max(0, findings.length - detailsMax),
  }
  return { fact, tool }
}
