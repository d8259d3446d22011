import type { ComponentsFact, CoverageFact, FindingsFact } from '@sluice/contracts/evidence'

/** A file of a coverage report with its rate, 0…1. */
export type CoveredFile = CoverageFact['files'][number] & { rate: number }

/** Files with their rate, the least covered first: that is where a reader has something to do. */
export function filesByCoverage(fact: CoverageFact): CoveredFile[] {
  return fact.files
    .map((file) => ({ ...file, rate: file.linesTotal === 0 ? 1 : file.linesCovered / file.linesTotal }))
    .toSorted((a, b) => a.rate - b.rate || (a.path < b.path ? -1 : 1))
}

/** Licences with how many components have them, the most frequent first. */
export function licencesByCount(fact: ComponentsFact): [licence: string, count: number][] {
  return Object.entries(fact.licences).toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
}

/** Where a finding points, `path:line`. */
export function placeOf(finding: FindingsFact['findings'][number]): string {
  if (finding.path === null) return '–'
  return finding.line === null ? finding.path : `${finding.path}:${finding.line}`
}
