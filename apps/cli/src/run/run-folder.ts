import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openFileBlobStore } from '@sluice/blobs-files'
import type { EvidenceSubject, IsolationLevel, Verdict } from '@sluice/contracts/evidence'
import type { Plan, PlanJob, PlanVariable } from '@sluice/contracts/plan'
import type { Policy } from '@sluice/contracts/policy'
import type { RunState } from '@sluice/engine'
import { artifactSourcesOf, withDotenv, type BlobStore, type Executor, type Isolation } from '@sluice/execution'
import {
  findJobTools,
  openCacheStore,
  processExecutor,
  removeFolder,
  runJob,
  type CacheStore,
  type JobResult,
  type JobTools,
  type WouldBeRelease,
} from '@sluice/executor-process'
import type { Clock } from '@sluice/kernel'
import { version } from '../version.ts'
import { driveRun, type AttemptEnd } from './drive-run.ts'
import { writeLastJobs, type LastJob, type LastJobs } from './last-jobs.ts'
import { writeLastRun, type LastRun } from './last-run.ts'
import type { LocalFolder } from './local-folder.ts'
import { localVariables } from './local-variables.ts'
import type * as ReadReports from './read-reports.ts'
import type { RunView } from './run-view.ts'
import type { ReportSummary } from './summarise-reports.ts'
import { takeSnapshot, type Snapshot, type Sources } from './take-snapshot.ts'

export interface FolderRun {
  local: LocalFolder
  /** Whose content is run. */
  sources: Sources
  /** Closed with the run. */
  isolation: Isolation
  /** What is to be run: the plan, or the part of it that was asked for. */
  plan: Plan
  /** All of it: it says whose artifacts a job receives. */
  whole: Plan
  policy: Policy
  /** Names of the variables that the command line gives: they win over dotenv reports. */
  given: ReadonlySet<string>
  /** Gates that stand on the way. */
  gates: Policy['gates']
  concurrency: number
  clock: Clock
  signal: AbortSignal
  view: RunView
  runId: string
  /** Counts the runs of the folder from 1. */
  number: number
  /** Manual jobs of the plan that run, as somebody asked for them. */
  startedByHand: ReadonlySet<string>
  /** Jobs that are not run again, from the last run; what they made is still there. */
  kept: ReadonlyMap<string, LastJob>
  /** What the last run left; `null` for one that begins anew. */
  before: LastJobs | null
}

export interface FolderRunResult {
  state: RunState
  /** Of each job's last attempt, in milliseconds. */
  durationsMs: Record<string, number>
  verdicts: Verdict[]
  /** Coverage of each job whose log told one. */
  coverages: Record<string, number>
  /** By the job after which GitLab would make it. */
  releases: Record<string, WouldBeRelease>
  isolation: IsolationLevel
  reports: ReportSummary[]
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
  dotenv: Map<string, PlanVariable[]>
  coverages: Record<string, number>
  releases: Record<string, WouldBeRelease>
  durationsMs: Record<string, number>
  verdicts: Verdict[]
  /** Attempts begun. */
  attempts: number
  /** Places taken by attempts that run. */
  slots: Set<number>
  /** Of each job's last attempt. */
  reports: Map<string, ReportSummary[]>
}

/** Runs jobs of a folder, whose content lies as a commit in its local repository, and decides the gates on the way. */
export async function runFolder(run: FolderRun): Promise<FolderRunResult> {
  const { local, isolation, plan, gates, concurrency, clock, signal } = run
  await removeFolder(local.jobs)
  if (run.before === null) await removeFolder(local.artifacts)
  try {
    const shop = await openShop(run)
    const runId = shop.last.runId
    const state = await driveRun(
      { runId, plan, gates, isolation: isolation.level, concurrency, clock, signal },
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
    const { durationsMs, verdicts, coverages, releases } = shop
    return { state, durationsMs, verdicts, coverages, releases, isolation: isolation.level, reports }
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
  for (const folder of [local.artifacts, local.snapshots]) await mkdir(folder, { recursive: true, mode: 0o700 })
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
    last: { version: 1, runId: run.runId, ref, commit, subject, at, ...keptEvidence(run) },
    snapshot,
    isolation,
    executor: processExecutor({ folder: join(local.jobs, 'workspaces'), isolation, trials: local.trials }),
    // Files of a cache belong to the jobs' user, who is another one when the start is as root.
    caches: openCacheStore(join(local.caches, String(isolation.owner('job')?.uid ?? 'own')), { clock }),
    blobs,
    tools: await findJobTools(process.env['PATH'] ?? '', undefined),
    ...keptFiles(run),
    coverages: {},
    releases: {},
    durationsMs: {},
    verdicts: [],
    attempts: 0,
    slots: new Set(),
    reports: new Map(),
  }
}

const keptEnd: AttemptEnd = { outcome: 'success', reason: null, exitCode: 0 }

/** Of jobs that are not run again, whatever they were judged to be. */
function keptEvidence({ kept, before }: FolderRun): Pick<LastRun, 'jobs' | 'evidence' | 'refused'> {
  const jobs = Object.fromEntries([...kept].map(([name, { attempt }]) => [name, attempt]))
  const evidence = before?.evidence.filter(({ producer }) => kept.has(producer.job)) ?? []
  const refused = before?.refused.filter(({ job }) => kept.has(job)) ?? []
  return { jobs, evidence, refused }
}

/** What jobs of the last run handed on. */
function keptFiles({ before }: FolderRun): Pick<Shop, 'artifacts' | 'dotenv'> {
  const made = Object.entries(before?.jobs ?? {})
  return {
    artifacts: new Map(
      made.flatMap(([name, { artifacts }]) => (artifacts === null ? [] : [[name, artifacts] as const])),
    ),
    dotenv: new Map(made.map(([name, { dotenv }]) => [name, dotenv])),
  }
}

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

async function runAttempt(shop: Shop, job: PlanJob, attempt: number, signal: AbortSignal): Promise<AttemptEnd> {
  const { view, clock } = shop.run
  const begunMs = clock.now()
  const slot = freeSlot(shop)
  view.begin(job.name, attempt)
  const { problem, ...end } = await tryAttempt(shop, withLocalVariables(shop, job, slot, begunMs), attempt, signal)
  shop.slots.delete(slot)
  const durationMs = clock.now() - begunMs
  shop.durationsMs[job.name] = durationMs
  view.end(job.name, { ...end, problem, durationMs })
  return end
}

async function tryAttempt(
  shop: Shop,
  job: PlanJob,
  attempt: number,
  signal: AbortSignal,
): Promise<AttemptEnd & { problem: string | null }> {
  try {
    const result = await doJob(shop, job, signal)
    keepOutcome(shop, job.name, result)
    if (result.state !== 'canceled') await keepReports(shop, job, attempt, result)
    return { ...endOf(result), problem: null }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { outcome: 'failed', reason: 'runner_system_failure', exitCode: null, problem }
  }
}

function keepOutcome({ artifacts, dotenv, coverages, releases }: Shop, job: string, result: JobResult): void {
  if (result.artifacts !== null) artifacts.set(job, result.artifacts)
  dotenv.set(job, result.dotenv)
  if (result.coverage !== null) coverages[job] = result.coverage
  if (result.release !== null) releases[job] = result.release
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
  const when = shop.run.startedByHand.has(job.name) ? 'manual' : job.when
  const own = localVariables({ ...job, when }, { id: shop.attempts, startedMs, slot, version, platform, architecture })
  return { ...job, variables: [...own, ...job.variables] }
}

async function doJob(shop: Shop, job: PlanJob, signal: AbortSignal): Promise<JobResult> {
  const { run, snapshot, executor, isolation, caches, blobs, tools } = shop
  const sources = artifactSourcesOf(run.whole, run.whole.jobs.find(({ name }) => name === job.name) ?? job)
  return runJob({
    job: withDotenv(
      job,
      sources.flatMap((name) => shop.dotenv.get(name) ?? []),
      run.given,
    ),
    project: run.plan.project,
    snapshot: snapshot.folder,
    executor,
    isolation,
    caches,
    blobs,
    clock: run.clock,
    artifacts: sources.flatMap((name) => shop.artifacts.get(name) ?? []),
    artifactsTo: join(run.local.artifacts, randomUUID()),
    readOnlyPaths: [...tools.readOnlyPaths, ...snapshot.readOnlyPaths],
    env: { PATH: tools.path },
    reportSources: run.policy.reports.filter((source) => source.job === job.name),
    onOutput: (chunk) => run.view.write(job.name, chunk),
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
  if (result.reports.length > 0) {
    const { summariseReports } = await import('./summarise-reports.ts')
    shop.reports.set(job.name, await summariseReports(shop.blobs, job.name, result.reports, sources))
  }
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
