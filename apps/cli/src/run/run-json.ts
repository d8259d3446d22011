import type { FolderRunResult } from './run-folder.ts'
import { isWell, type RunReportInput } from './run-report.ts'

/** What came of a run, for programs: the answer of `sluice run --json`. */
export function runJson(report: FolderRunResult & RunReportInput, fileOf: (job: string) => string): unknown {
  const { state, durationsMs, verdicts, kept, tookMs, isolation, reports, coverages, releases } = report
  const jobs = Object.values(state.jobs).map(({ name, stage, status, attempt, reason, exitCode }) => ({
    name,
    stage,
    status,
    attempt,
    reason,
    exitCode,
    durationMs: durationsMs.get(name) ?? null,
    coverage: coverages.get(name) ?? null,
    isKept: kept.has(name),
    log: durationsMs.has(name) ? fileOf(name) : null,
  }))
  const ended = { runId: state.runId, isWell: isWell(report), tookMs, isolation, jobs, verdicts, reports }
  return { ...ended, releases: Object.fromEntries(releases) }
}
