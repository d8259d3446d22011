import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { IsolationLevel, Verdict } from '@sluice/contracts/evidence'
import type { PlanJob } from '@sluice/contracts/plan'
import type { RunState } from '@sluice/engine'
import { removeFolder, type WouldBeRelease } from '@sluice/executor-process'
import { driveRun, type AttemptEnd } from './drive-run.ts'
import type { FolderRun } from './folder-run.ts'
import { writeLastJobs, type LastJob, type LastJobs } from './last-jobs.ts'
import { writeLastRun } from './last-run.ts'
import { openShop, type Shop } from './open-shop.ts'
import { runAttempt } from './run-attempt.ts'
import type { ReportSummary } from './summarise-reports.ts'

export interface FolderRunResult {
  state: RunState
  /** Of each job's last attempt, in milliseconds. */
  durationsMs: ReadonlyMap<string, number>
  verdicts: Verdict[]
  /** Coverage of each job whose log told one. */
  coverages: ReadonlyMap<string, number>
  /** By the job after which GitLab would make it. */
  releases: ReadonlyMap<string, WouldBeRelease>
  isolation: IsolationLevel
  reports: ReportSummary[]
  /** Jobs that failed on a full disk. */
  onFullDisk: ReadonlySet<string>
}

/** Runs jobs of a folder, whose content lies as a commit in its local repository, and decides the gates on the way. */
export async function runFolder(run: FolderRun): Promise<FolderRunResult> {
  const { local, isolation, plan, gates, concurrency, clock, signal } = run
  await removeFolder(local.jobs)
  if (run.before === null) await removeFolder(local.artifacts)
  try {
    const shop = await openShop(run)
    const runId = shop.last.runId
    const isolationOf = (job: PlanJob): IsolationLevel => shop.executor.isolationOf(job)
    const state = await driveRun(
      { runId, plan, gates, isolationOf, concurrency, clock, signal },
      {
        runJob: async (job, attempt, stop) => (run.kept.has(job.name) ? keptEnd : runAttempt(shop, job, attempt, stop)),
        decideGate: async (gate) => {
          const { judge } = await import('./judge.ts')
          const verdict = judge(shop.last, run.policy, gate, randomUUID())
          shop.verdicts.push(verdict)
          return verdict.decision
        },
      },
    )
    // What was stopped says nothing of the change; the run before it does.
    if (state.status !== 'canceled') await writeLastRun(local.lastRun, shop.last)
    await writeLastJobs(local.lastJobs, lastJobsOf(shop, state))
    const reports = plan.jobs.flatMap(({ name }) => shop.reports.get(name) ?? [])
    const { durationsMs, verdicts, coverages, releases, onFullDisk } = shop
    return {
      state,
      durationsMs,
      verdicts,
      coverages,
      releases,
      isolation: weakest(plan.jobs.map(isolationOf)),
      reports,
      onFullDisk,
    }
  } finally {
    await isolation.close?.()
    await removeAll(local.jobs)
    await removeFolder(local.containers).catch(() => undefined)
  }
}

/** Of the jobs' isolations the one that matters: none, if a job has none. */
function weakest(levels: readonly IsolationLevel[]): IsolationLevel {
  return levels.includes('none') ? 'none' : (levels.find((level) => level !== 'container') ?? levels[0] ?? 'none')
}

/** Nothing else is done at the end, so this may be done at once, which takes a third of the time. */
async function removeAll(folder: string): Promise<void> {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    await removeFolder(folder)
  }
}

const keptEnd: AttemptEnd = { outcome: 'success', reason: null, exitCode: 0 }

function lastJobsOf({ run, last, artifacts, dotenv }: Shop, state: RunState): LastJobs {
  const ran = run.plan.jobs.map(({ name, definitionDigest }): [string, LastJob] => {
    const { status = 'created', attempt = 0 } = state.jobs[name] ?? {}
    const handedOn = { artifacts: artifacts.get(name) ?? null, dotenv: dotenv.get(name) ?? [] }
    return [name, { status, attempt, definitionDigest, ...handedOn }]
  })
  const jobs = { ...run.before?.jobs, ...Object.fromEntries(ran) }
  const { commit, evidence, refused } = last
  return { version: 1, number: run.number, commit, jobs, evidence, refused }
}
