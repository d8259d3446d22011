import type { FolderRunResult } from './run-folder.ts'
import { isWell, type RunReportInput } from './run-report.ts'
import type { RunResult } from './run-result.ts'

/** What came of a run, for programs: the answer of `sluice run --json`. */
export function runJson(report: FolderRunResult & RunReportInput, fileOf: (job: string) => string): unknown {
  const { verdicts, tookMs, isolation } = report
  const { runId, jobs, reports, releases } = treeJson(report, '', fileOf)
  return { runId, isWell: isWell(report), tookMs, isolation, jobs, verdicts, reports, releases }
}

/** The same of a run of the tree; `child` of a job is the one that it began. */
function treeJson(result: RunResult, prefix: string, fileOf: (job: string) => string) {
  const { state, durationsMs, kept, reports, coverages, releases, children } = result
  const jobs: unknown[] = Object.values(state.jobs).map(({ name, stage, status, attempt, reason, exitCode }) => {
    const child = children.get(name)
    return {
      name,
      stage,
      status,
      attempt,
      reason,
      exitCode,
      durationMs: durationsMs.get(name) ?? null,
      coverage: coverages.get(name) ?? null,
      isKept: kept.has(name),
      log: durationsMs.has(name) && state.jobs[name]?.child === undefined ? fileOf(prefix + name) : null,
      ...(child === undefined ? {} : { child: treeJson(child, `${prefix}${name}/`, fileOf) }),
    }
  })
  return { runId: state.runId, status: state.status, jobs, reports, releases: Object.fromEntries(releases) }
}
