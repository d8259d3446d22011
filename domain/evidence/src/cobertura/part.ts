import type { ReportReading } from '../report.ts'

/** What one line of a source file has. */
export interface Line {
  covered: boolean
  branchesCovered: number
  branchesTotal: number
}

export interface CoveredFile {
  /** Equal for what is surely the same source file, also in another report. */
  key: string
  path: string
  /** By number. */
  lines: ReadonlyMap<number, Line>
}

/** What one file of a report says. */
export interface CoberturaPart {
  files: CoveredFile[]
  tool: ReportReading['tool']
}
