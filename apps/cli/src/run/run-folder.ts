import { rmSync } from 'node:fs'
import type { IsolationLevel, Verdict } from '@sluice/contracts/evidence'
import type { RunState } from '@sluice/engine'
import { removeFolder } from '@sluice/executor-process'
import { driveShop } from './drive-shop.ts'
import type { FolderRun } from './folder-run.ts'
import { writeLastJobs, type LastChild, type LastJob, type LastJobs } from './last-jobs.ts'
import { writeLastRun } from './last-run.ts'
import { openShop, type ChildShop, type Shop } from './open-shop.ts'
import { resultOf, type RunResult } from './run-result.ts'

export interface FolderRunResult extends RunResult {
  verdicts: Verdict[]
  isolation: IsolationLevel
}

/** Runs jobs of a folder, whose content lies as a commit in its local repository, and decides the gates on the way. */
export async function runFolder(run: FolderRun): Promise<FolderRunResult> {
  const { local, isolation } = run
  await removeFolder(local.jobs)
  if (run.before === null) await removeFolder(local.artifacts)
  try {
    const shop = await openShop(run)
    const state = await driveShop(shop)
    // What was stopped says nothing of the change; the run before it does.
    if (state.status !== 'canceled') await writeLastRun(local.lastRun, shop.last)
    await writeLastJobs(local.lastJobs, lastJobsOf(shop, state))
    return {
      ...resultOf({ shop, state }),
      verdicts: shop.verdicts,
      isolation: isolationOf(shop),
    }
  } finally {
    await isolation.close?.()
    await removeAll(local.jobs)
    await removeFolder(local.containers).catch(() => undefined)
  }
}

/** Of the isolations of the jobs of a tree the one that matters: none, if a job has none. */
function isolationOf({ run, tree, executor }: Shop): IsolationLevel {
  const jobs = [...tree.values()].flatMap((shop) => shop.run.plan.jobs).filter(({ downstream }) => !downstream)
  const levels = jobs.map((job) => executor.isolationOf(job))
  if (levels.length === 0) return run.isolation.level
  return levels.includes('none') ? 'none' : (levels.find((level) => level !== 'container') ?? 'container')
}

/** Nothing else is done at the end, so this may be done at once, which takes a third of the time. */
async function removeAll(folder: string): Promise<void> {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    await removeFolder(folder)
  }
}

function lastJobsOf(shop: Shop, state: RunState): LastJobs {
  const { commit, evidence, refused } = shop.last
  return { version: 1, number: shop.numbers.last, commit, jobs: endsOf({ shop, state }), evidence, refused }
}

/** How the jobs of a run ended, and those of its children. */
function endsOf({ shop, state }: ChildShop): Record<string, LastJob> {
  const { run, artifacts, dotenv, children } = shop
  const ran = run.plan.jobs.map(({ name, definitionDigest }): [string, LastJob] => {
    const { status = 'created', attempt = 0 } = state.jobs[name] ?? {}
    const handedOn = { artifacts: artifacts.get(name) ?? null, dotenv: dotenv.get(name) ?? [] }
    const child = children.get(name)
    const last = child === undefined ? run.kept.get(name)?.child : lastChildOf(child)
    return [name, { status, attempt, definitionDigest, ...handedOn, ...(last === undefined ? {} : { child: last }) }]
  })
  return { ...run.before?.jobs, ...Object.fromEntries(ran) }
}

function lastChildOf(child: ChildShop): LastChild {
  return { isWell: child.state.status === 'success', jobs: endsOf(child) }
}
