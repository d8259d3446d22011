import type { CoverageFact } from '@sluice/contracts/evidence'
import { mergedTool } from '../merged-tool.ts'
import type { ReportReading } from '../report.ts'
import type { CoberturaPart, CoveredFile, Line } from './part.ts'

/**
 * The lines of all files. A source file that is surely the same in several reports (those of unit and of integration
 * tests) counts once, a line of it covered where any of them ran it; what may be another one of that name counts apart,
 * which makes the rate lower, never higher.
 */
export function mergeCobertura(parts: readonly CoberturaPart[]): ReportReading {
  const merged = new Map<string, CoveredFile>()
  for (const file of parts.flatMap(({ files }) => files)) {
    const same = merged.get(file.key)
    merged.set(file.key, same === undefined ? file : { ...same, lines: mergedLines(same.lines, file.lines) })
  }
  return { fact: factOf([...merged.values()]), tool: mergedTool(parts.map(({ tool }) => tool)) }
}

function mergedLines(one: CoveredFile['lines'], other: CoveredFile['lines']): CoveredFile['lines'] {
  const lines = new Map(one)
  for (const [number, line] of other) {
    const same = lines.get(number)
    lines.set(number, same === undefined ? line : mergedLine(same, line))
  }
  return lines
}

/** Which branches were covered is not told, so it cannot be known that two reports covered different ones. */
const mergedLine = (one: Line, other: Line): Line => ({
  covered: one.covered || other.covered,
  branchesCovered: Math.max(one.branchesCovered, other.branchesCovered),
  branchesTotal: Math.max(one.branchesTotal, other.branchesTotal),
})

function factOf(covered: CoveredFile[]): CoverageFact {
  const files = covered
    .map(({ path, lines }) => ({ path, ...totals([...lines.values()]) }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const sum = (member: keyof Totals): number => files.reduce((total, file) => total + file[member], 0)
  const [linesCovered, linesTotal] = [sum('linesCovered'), sum('linesTotal')]
  const [branchesCovered, branchesTotal] = [sum('branchesCovered'), sum('branchesTotal')]
  return {
    kind: 'coverage',
    linesCovered,
    linesTotal,
    lineRate: linesTotal === 0 ? null : linesCovered / linesTotal,
    branchesCovered,
    branchesTotal,
    branchRate: branchesTotal === 0 ? null : branchesCovered / branchesTotal,
    files: files.map(({ path, linesCovered, linesTotal }) => ({ path, linesCovered, linesTotal })),
  }
}

interface Totals {
  linesCovered: number
  linesTotal: number
  branchesCovered: number
  branchesTotal: number
}

function totals(lines: Line[]): Totals {
  return {
    linesCovered: lines.filter((line) => line.covered).length,
    linesTotal: lines.length,
    branchesCovered: lines.reduce((sum, line) => sum + line.branchesCovered, 0),
    branchesTotal: lines.reduce((sum, line) => sum + line.branchesTotal, 0),
  }
}
