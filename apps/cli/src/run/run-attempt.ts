import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { PlanJob } from '@sluice/contracts/plan'
import { artifactSourcesOf, withDotenv } from '@sluice/execution'
import { removeFolder, runJob, type JobResult } from '@sluice/executor-process'
import { version } from '../version.ts'
import type { AttemptEnd } from './drive-run.ts'
import { localVariables } from './local-variables.ts'
import type { Shop } from './open-shop.ts'
import type * as ReadReports from './read-reports.ts'
import { upstreamFilesOf } from './upstream-files.ts'

/** Runs one attempt of a job, shows it, and keeps what it made and reported. Never rejects: a fault of its own is its end. */
export async function runAttempt(shop: Shop, job: PlanJob, attempt: number, signal: AbortSignal): Promise<AttemptEnd> {
  const { view, clock } = shop.run
  const begunMs = clock.now()
  const slot = freeSlot(shop)
  view.begin(job.name, attempt)
  await forgetOutcome(shop, job.name)
  const { problem, ...end } = await tryAttempt(shop, withLocalVariables(shop, job, slot, begunMs), attempt, signal)
  shop.slots.delete(slot)
  const durationMs = clock.now() - begunMs
  shop.durationsMs.set(job.name, durationMs)
  view.end(job.name, { ...end, problem, durationMs })
  if (end.isDiskFull === true) shop.onFullDisk.add(job.name)
  else shop.onFullDisk.delete(job.name)
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
    const disk = (error as { code?: unknown } | null)?.code === 'ENOSPC' ? { isDiskFull: true } : {}
    return { outcome: 'failed', reason: 'runner_system_failure', exitCode: null, problem, ...disk }
  }
}

/** What an attempt before this one made, or the last run: it is not handed on beside what this one makes. */
async function forgetOutcome({ artifacts, dotenv, coverages, releases, reports }: Shop, job: string): Promise<void> {
  const made = artifacts.get(job)
  for (const kept of [artifacts, dotenv, coverages, releases, reports]) kept.delete(job)
  // A folder that stays because of a fault costs room alone.
  if (made !== undefined) await removeFolder(made).catch(() => undefined)
}

function keepOutcome({ artifacts, dotenv, coverages, releases }: Shop, job: string, result: JobResult): void {
  if (result.artifacts !== null) artifacts.set(job, result.artifacts)
  dotenv.set(job, result.dotenv)
  if (result.coverage !== null) coverages.set(job, result.coverage)
  if (result.release !== null) releases.set(job, result.release)
}

function freeSlot({ slots }: Shop): number {
  let slot = 0
  while (slots.has(slot)) slot++
  slots.add(slot)
  return slot
}

function withLocalVariables(shop: Shop, job: PlanJob, slot: number, startedMs: number): PlanJob {
  shop.attempts.begun += 1
  const { platform, arch: architecture } = process
  const when = shop.run.startedByHand.has(job.name) ? 'manual' : job.when
  const own = localVariables(
    { ...job, when },
    { id: shop.attempts.begun, startedMs, slot, version, platform, architecture },
  )
  return { ...job, variables: [...own, ...job.variables] }
}

async function doJob(shop: Shop, job: PlanJob, signal: AbortSignal): Promise<JobResult> {
  const { run, snapshot, executor, caches, blobs, tools } = shop
  const sources = artifactSourcesOf(run.whole, run.whole.jobs.find(({ name }) => name === job.name) ?? job)
  const upstream = upstreamFilesOf(shop, job)
  return runJob({
    job: withDotenv(job, [...upstream.dotenv, ...sources.flatMap((name) => shop.dotenv.get(name) ?? [])], run.given),
    project: run.plan.project,
    snapshot: snapshot.folder,
    executor,
    isolation: run.isolation,
    caches,
    blobs,
    clock: run.clock,
    artifacts: [...upstream.artifacts, ...sources.flatMap((name) => shop.artifacts.get(name) ?? [])],
    artifactsTo: join(run.local.artifacts, randomUUID()),
    readOnlyPaths: snapshot.readOnlyPaths,
    tools: { readOnlyPaths: tools.readOnlyPaths, env: { PATH: tools.path } },
    reportSources: run.policy.reports.filter((source) => source.job === job.name),
    onOutput: (chunk) => run.view.write(job.name, chunk),
    signal,
  })
}

async function keepReports(shop: Shop, job: PlanJob, attempt: number, result: JobResult): Promise<void> {
  const { last, run } = shop
  const producer = {
    runId: last.runId,
    job: job.name,
    attempt,
    runnerId: 'local',
    definitionDigest: job.definitionDigest,
    // There is no protected branch here to compare with: the server does that.
    protectedDefinitionDigest: job.definitionDigest,
    isolation: shop.executor.isolationOf(job),
  }
  const sources = run.policy.reports.filter((source) => source.job === job.name)
  if (result.reports.length > 0) {
    const { summariseReports } = await import('./summarise-reports.ts')
    shop.reports.set(job.name, await summariseReports(shop.blobs, job.name, result.reports, sources))
  }
  // A fresh own member, also for a job that is called like one of every object.
  last.jobs = { ...last.jobs, [job.name]: attempt }
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
  if (result.state === 'failed') {
    const disk = result.isDiskFull === true ? { isDiskFull: true } : {}
    return { outcome: 'failed', reason: result.reason, exitCode: result.exitCode, ...disk }
  }
  return { outcome: result.state, reason: null, exitCode: result.state === 'success' ? 0 : null }
}
