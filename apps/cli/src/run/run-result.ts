import type { RunState } from '@sluice/engine'
import type { WouldBeRelease } from '@sluice/executor-process'
import type { ChildShop } from './open-shop.ts'
import type { ReportSummary } from './summarise-reports.ts'

/** What came of a run, or of a child of it. */
export interface RunResult {
  state: RunState
  /** Of each job's last attempt, in milliseconds. */
  durationsMs: ReadonlyMap<string, number>
  /** Coverage of each job whose log told one. */
  coverages: ReadonlyMap<string, number>
  /** By the job after which GitLab would make it. */
  releases: ReadonlyMap<string, WouldBeRelease>
  reports: ReportSummary[]
  /** Jobs that failed on a full disk. */
  onFullDisk: ReadonlySet<string>
  /** Jobs that were not run again. */
  kept: { has(job: string): boolean }
  /** By the job that began each. */
  children: ReadonlyMap<string, RunResult>
}

/** The result that a shop holds when nothing is under way in it any more. */
export function resultOf({ shop, state }: ChildShop): RunResult {
  const { run, durationsMs, coverages, releases, onFullDisk } = shop
  const reports = run.plan.jobs.flatMap(({ name }) => shop.reports.get(name) ?? [])
  const children = new Map([...shop.children].map(([job, child]) => [job, resultOf(child)] as const))
  return { state, durationsMs, coverages, releases, reports, onFullDisk, kept: run.kept, children }
}
