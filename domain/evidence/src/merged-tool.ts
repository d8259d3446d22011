import type { ReportReading } from './report.ts'
import { cleanText } from './text/clean-text.ts'

/** Who wrote the files of one report: every name once, and the version where all say the same. */
export function mergedTool(tools: readonly ReportReading['tool'][]): ReportReading['tool'] {
  const names = [...new Set(tools.flatMap(({ name }) => name.split(', ')))]
  const versions = new Set(tools.map(({ version }) => version))
  const [version = null] = versions.size === 1 ? versions : []
  return { name: cleanText(names.join(', '), 200), version }
}
