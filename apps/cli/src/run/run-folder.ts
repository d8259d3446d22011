import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openFileBlobStore } from '@sluice/blobs-files'
import type { EvidenceSubject, Verdict } from '@sluice/contracts/evidence'
import type { Plan, PlanJob } from '@sluice/contracts/plan'
import type { Policy } from '@sluice/contracts/policy'
import type { RunState } from '@sluice/engine'
import { artifactSourcesOf, type BlobStore, type Executor, type Isolation } from '@sluice/execution'
import {
  findJobTools,
  openCacheStore,
  processExecutor,
  removeFolder,
  runJob,
  type CacheStore,
  type JobResult,
  type JobTools,
} from '@sluice/executor-process'
import { formatDuration, type Clock } from '@sluice/kernel'
import { version } from '../version.ts'
import { driveRun, type AttemptEnd } from './drive-run.ts'
import type { JobLines } from './job-lines.ts'
import { writeLastRun, type LastRun } from './last-run.ts'
import type { LocalFolder } from './local-folder.ts'
import { localVariables } from './local-variables.ts'
import type * as ReadReports from './read-reports.ts'
import { takeSnapshot, type Snapshot, type Sources } from './take-snapshot.ts'

export interface FolderRun {
  local: LocalFolder
  /** Whose content is run. */
  sources: Sources
  /** Closed with the run. */
  isolation: Isolation
  /** What is to be run: the plan, or the part of it that was asked for. */
  plan: Plan
  policy: Policy
  /** Gates that stand on the way. */
  gates: Policy['gates']
  concurrency: number
  clock: Clock
  signal: AbortSignal
  lines: JobLines
}

export interface FolderRunResult {
  state: RunState
  /** Of each job's last attempt, in milliseconds. */
  durationsMs: Record<string, number>
  verdicts: Verdict[]
}

/** What all jobs of one run share. */
interface Shop {
  run: FolderRun
  last: LastRun
  snapshot: Snapshot
  executor: Executor
  isolation: Isolation
  caches: CacheStore
  blobs: BlobStore
  tools: JobTools
  /** Folders of the files that jobs have handed on, by job. */
  artifacts: Map<string, string>
  durationsMs: Record<string, number>
  verdicts: Verdict[]
  /** Attempts begun. */
  attempts: number
  /** Places taken by attempts that run. */
  slots: Set<number>
}

/** Runs jobs of a folder, whose content lies as a commit in its local repository, and decides the gates on the way. */
export async function runFolder(run: FolderRun): Promise<FolderRunResult> {
  const { local, isolation, plan, gates, concurrency, clock, signal } = run
  await removeFolder(local.jobs)
  try {
    const shop = await openShop(run)
    const runId = shop.last.runId
    const state = await driveRun(
      { runId, plan, gates, isolation: isolation.level, concurrency, clock, signal },
      {
        runJob: async (job, attempt, stop) => runAttempt(shop, job, attempt, stop),
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
    return { state, durationsMs: shop.durationsMs, verdicts: shop.verdicts }
  } finally {
    await isolation.close?.()
    await removeAll(local.jobs)
  }
}

/** Nothing else is done at the end, so this may be done at once, which takes a third of the time. */
async function removeAll(folder: string): Promise<void> {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    await removeFolder(folder)
  }
}

async function openShop(run: FolderRun): Promise<Shop> {
  const { local, isolation, plan, clock } = run
  for (const folder of [join(local.jobs, 'artifacts'), local.snapshots])
    await mkdir(folder, { recursive: true, mode: 0o700 })
  const snapshot = await takeSnapshot(local.snapshots, {
    sources: run.sources,
    commit: plan.trigger.commit,
    branch: plan.trigger.ref,
    project: plan.project,
    isolation,
    clock,
  })
  const blobs = await openFileBlobStore(join(local.jobs, 'blobs'), { durable: false })
  const { ref, commit } = plan.trigger
  const subject: EvidenceSubject = { name: plan.project, digest: { gitCommit: commit } }
  const at = new Date(clock.now()).toISOString()
  return {
    run,
    last: { version: 1, runId: randomUUID(), ref, commit, subject, at, jobs: {}, evidence: [], refused: [] },
    snapshot,
    isolation,
    executor: processExecutor({ folder: join(local.jobs, 'workspaces'), isolation, trials: local.trials }),
    // Files of a cache belong to the jobs' user, who is another one when the start is as root.
    caches: openCacheStore(join(local.caches, String(isolation.owner('job')?.uid ?? 'own')), { clock }),
    blobs,
    tools: await findJobTools(process.env['PATH'] ?? '', undefined),
    artifacts: new Map(),
    durationsMs: {},
    verdicts: [],
    attempts: 0,
    slots: new Set(),
  }
}

async function runAttempt(shop: Shop, job: PlanJob, attempt: number, signal: AbortSignal): Promise<AttemptEnd> {
  const { lines, clock } = shop.run
  const begunMs = clock.now()
  const slot = freeSlot(shop)
  lines.say(job.name, attempt === 1 ? 'begins' : `begins again, attempt ${attempt}`)
  try {
    const result = await doJob(shop, withLocalVariables(shop, job, slot, begunMs), signal)
    lines.flush(job.name)
    if (result.artifacts !== null) shop.artifacts.set(job.name, result.artifacts)
    if (result.state !== 'canceled') await keepReports(shop, job, attempt, result)
    return endOf(result)
  } catch (error) {
    lines.flush(job.name)
    lines.say(job.name, `cannot be run: ${error instanceof Error ? error.message : String(error)}`)
    return { outcome: 'failed', reason: 'runner_system_failure', exitCode: null }
  } finally {
    shop.slots.delete(slot)
    shop.durationsMs[job.name] = clock.now() - begunMs
    lines.say(job.name, `ended after ${formatDuration(clock.now() - begunMs)}`)
  }
}

function freeSlot({ slots }: Shop): number {
  let slot = 0
  while (slots.has(slot)) slot++
  slots.add(slot)
  return slot
}

function withLocalVariables(shop: Shop, job: PlanJob, slot: number, startedMs: number): PlanJob {
  shop.attempts += 1
  const { platform, arch: architecture } = process
  const own = localVariables(job, { id: shop.attempts, startedMs, slot, version, platform, architecture })
  return { ...job, variables: [...own, ...job.variables] }
}

async function doJob(shop: Shop, job: PlanJob, signal: AbortSignal): Promise<JobResult> {
  const { run, snapshot, executor, isolation, caches, blobs, tools } = shop
  const sources = artifactSourcesOf(run.plan, job)
  return runJob({
    job,
    project: run.plan.project,
    snapshot: snapshot.folder,
    executor,
    isolation,
    caches,
    blobs,
    clock: run.clock,
    artifacts: sources.flatMap((name) => shop.artifacts.get(name) ?? []),
    artifactsTo: join(run.local.jobs, 'artifacts', randomUUID()),
    readOnlyPaths: [...tools.readOnlyPaths, ...snapshot.readOnlyPaths],
    env: { PATH: tools.path },
    reportSources: run.policy.reports.filter((source) => source.job === job.name),
    onOutput: (chunk) => run.lines.write(job.name, chunk),
    signal,
  })
}

async function keepReports(shop: Shop, job: PlanJob, attempt: number, result: JobResult): Promise<void> {
  const { last, run, isolation } = shop
  const producer = {
    runId: last.runId,
    job: job.name,
    attempt,
    runnerId: 'local',
    definitionDigest: job.definitionDigest,
    // There is no protected branch here to compare with: the server does that.
    protectedDefinitionDigest: job.definitionDigest,
    isolation: isolation.level,
  }
  const sources = run.policy.reports.filter((source) => source.job === job.name)
  last.jobs[job.name] = attempt
  const { evidence, refused } =
    sources.length === 0
      ? { evidence: [], refused: [] }
      : await readWanted(shop, { subject: last.subject, producer, sources }, result.reports)
  last.evidence.push(...evidence)
  // Of a job that was tried again the newest attempt counts.
  last.refused = [...last.refused.filter((report) => report.job !== job.name), ...refused]
}

/** What reads and signs reports is loaded, and the key made, when the first report is wanted. */
async function readWanted(
  { run, blobs }: Shop,
  attempt: Parameters<typeof ReadReports.readReports>[1],
  reports: JobResult['reports'],
): Promise<ReadReports.ReadReports> {
  const { readReports } = await import('./read-reports.ts')
  const { Ed25519FileSigner } = await import('@sluice/signer-ed25519')
  const signer = await Ed25519FileSigner.open(run.local.key)
  return readReports({ blobs, signer, clock: run.clock, ids: { next: () => randomUUID() } }, attempt, reports)
}

function endOf(result: JobResult): AttemptEnd {
  if (result.state === 'failed') return { outcome: 'failed', reason: result.reason, exitCode: result.exitCode }
  return { outcome: result.state, reason: null, exitCode: result.state === 'success' ? 0 : null }
}
