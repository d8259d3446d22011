import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openFileBlobStore } from '@sluice/blobs-files'
import type { EvidenceSubject, IsolationLevel, Verdict } from '@sluice/contracts/evidence'
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
import { detectIsolation } from '@sluice/isolation-namespaces'
import type { Clock } from '@sluice/kernel'
import { Ed25519FileSigner } from '@sluice/signer-ed25519'
import { version } from '../version.ts'
import { driveRun, type AttemptEnd } from './drive-run.ts'
import { writeLastJobs, type LastJob, type LastJobs } from './last-jobs.ts'
import { judge, writeLastRun, type LastRun } from './last-run.ts'
import type { LocalFolder } from './local-folder.ts'
import { localVariables } from './local-variables.ts'
import { readReports, type ReportReader } from './read-reports.ts'
import type { RunView } from './run-view.ts'
import { summariseReports, type ReportSummary } from './summarise-reports.ts'
import { takeSnapshot, type Snapshot, type Sources } from './take-snapshot.ts'

export interface FolderRun {
  local: LocalFolder
  /** Whose content is run. */
  sources: Sources
  /** What is to be run: the plan, or the part of it that was asked for. */
  plan: Plan
  /** All of it: it says whose artifacts a job receives. */
  whole: Plan
  policy: Policy
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
  reader: ReportReader
  /** Folders of the files that jobs have handed on, by job. */
  artifacts: Map<string, string>
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
  const { local, plan, gates, concurrency, clock, signal } = run
  await removeFolder(local.jobs)
  if (run.before === null) await removeFolder(local.artifacts)
  try {
    const shop = await openShop(run)
    const runId = shop.last.runId
    const isolation = shop.isolation.level
    const state = await driveRun(
      { runId, plan, gates, isolation, concurrency, clock, signal },
      {
        runJob: async (job, attempt, stop) => (run.kept.has(job.name) ? keptEnd : runAttempt(shop, job, attempt, stop)),
        decideGate: async (gate) => {
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
    return { state, durationsMs: shop.durationsMs, verdicts: shop.verdicts, isolation, reports }
  } finally {
    await removeFolder(local.jobs)
  }
}

async function openShop(run: FolderRun): Promise<Shop> {
  const { local, plan, clock } = run
  for (const folder of [local.artifacts, local.snapshots]) await mkdir(folder, { recursive: true, mode: 0o700 })
  const isolation = await detectIsolation()
  const snapshot = await takeSnapshot(local.snapshots, {
    sources: run.sources,
    commit: plan.trigger.commit,
    branch: plan.trigger.ref,
    project: plan.project,
    isolation,
    clock,
  })
  const blobs = await openFileBlobStore(join(local.jobs, 'blobs'), { durable: false })
  const signer = await Ed25519FileSigner.open(local.key)
  const { ref, commit } = plan.trigger
  const subject: EvidenceSubject = { name: plan.project, digest: { gitCommit: commit } }
  const at = new Date(clock.now()).toISOString()
  return {
    run,
    last: { version: 1, runId: run.runId, ref, commit, subject, at, ...keptEvidence(run) },
    snapshot,
    isolation,
    executor: processExecutor({ folder: join(local.jobs, 'workspaces'), isolation, trials: local.trials }),
    caches: openCacheStore(local.caches, { clock }),
    blobs,
    tools: await findJobTools(process.env['PATH'] ?? '', undefined),
    reader: { blobs, signer, clock, ids: { next: () => randomUUID() } },
    artifacts: keptArtifacts(run),
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

function keptArtifacts({ before }: FolderRun): Map<string, string> {
  const made = Object.entries(before?.jobs ?? {})
  return new Map(made.flatMap(([name, { artifacts }]) => (artifacts === null ? [] : [[name, artifacts] as const])))
}

function lastJobsOf({ run, last, artifacts }: Shop, state: RunState): LastJobs {
  const ran = run.plan.jobs.map(({ name, definitionDigest }): [string, LastJob] => {
    const { status = 'created', attempt = 0 } = state.jobs[name] ?? {}
    return [name, { status, attempt, definitionDigest, artifacts: artifacts.get(name) ?? null }]
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
    if (result.artifacts !== null) shop.artifacts.set(job.name, result.artifacts)
    if (result.state !== 'canceled') await keepReports(shop, job, attempt, result)
    return { ...endOf(result), problem: null }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { outcome: 'failed', reason: 'runner_system_failure', exitCode: null, problem }
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
  const when = shop.run.startedByHand.has(job.name) ? 'manual' : job.when
  const own = localVariables({ ...job, when }, { id: shop.attempts, startedMs, slot, version, platform, architecture })
  return { ...job, variables: [...own, ...job.variables] }
}

async function doJob(shop: Shop, job: PlanJob, signal: AbortSignal): Promise<JobResult> {
  const { run, snapshot, executor, isolation, caches, blobs, tools } = shop
  const sources = artifactSourcesOf(run.whole, run.whole.jobs.find(({ name }) => name === job.name) ?? job)
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
  shop.reports.set(job.name, await summariseReports(shop.blobs, job.name, result.reports, sources))
  const { evidence, refused } = await readReports(
    shop.reader,
    { subject: last.subject, producer, sources },
    result.reports,
  )
  last.jobs[job.name] = attempt
  last.evidence.push(...evidence)
  // Of a job that was tried again the newest attempt counts.
  last.refused = [...last.refused.filter((report) => report.job !== job.name), ...refused]
}

function endOf(result: JobResult): AttemptEnd {
  if (result.state === 'failed') return { outcome: 'failed', reason: result.reason, exitCode: result.exitCode }
  return { outcome: result.state, reason: null, exitCode: result.state === 'success' ? 0 : null }
}
