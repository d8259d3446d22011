import { randomUUID } from 'node:crypto'
import { StringDecoder } from 'node:string_decoder'
import type { PlanCache, PlanJob, PlanJobOptions, PlanVariable } from '@sluice/contracts/plan'
import type { ReportSource } from '@sluice/contracts/policy'
import {
  createCoverageReader,
  createMasker,
  missingProviders,
  maskedText,
  preGetSourcesStep,
  readDotenvReports,
  stepsOf,
  type BlobStore,
  type BoundPath,
  type Executor,
  type Isolation,
  type JobVariable,
  type OnOutput,
  type Step,
  type Workspace,
  type WorkspaceRequest,
} from '@sluice/execution'
import { SluiceError, type Clock } from '@sluice/kernel'
import type { CacheStore } from './cache-store.ts'
import { DiskWatch } from './disk-watch.ts'
import { jobCaches, type CacheRequest, type JobCaches } from './job-caches.ts'
import { collectReports, reportFilesBefore, takeArtifacts, wantsArtifacts, type JobReport } from './job-files.ts'
import { onWatchedDisk } from './on-watched-disk.ts'
import { releaseOf, type WouldBeRelease } from './release-of.ts'
import { runSteps, type StepsResult } from './run-steps.ts'

/** One planned job to be run in this process, as the command line does. */
export interface JobRequest {
  job: Pick<
    PlanJob,
    'name' | 'beforeScript' | 'script' | 'afterScript' | 'timeoutMs' | 'variables' | 'artifacts' | 'cache'
  > &
    Partial<Pick<PlanJob, 'image' | 'services' | 'coverage'>> &
    Pick<PlanJobOptions, 'hooks' | 'run' | 'release' | 'secrets' | 'idTokens' | 'identity'>
  /** Folder name inside, below `/builds`: the project's slug. */
  project: string
  /** A folder with the change's files, which belong to the job's user. It is put beneath the job's own, and never written to. */
  snapshot: string
  /** Of this machine, with this isolation. */
  executor: Executor
  isolation: Isolation
  /** `null`: the job's caches are left alone. */
  caches: CacheStore | null
  blobs: BlobStore
  clock: Clock
  /** File sets of earlier jobs, in this order: trees as `artifacts` of a result names them. */
  artifacts: readonly string[]
  /** Where the job's own file set is to be, if it makes one: a path on the disk of the workspaces where nothing is. */
  artifactsTo: string
  readOnlyPaths: readonly (string | BoundPath)[]
  tools: WorkspaceRequest['tools']
  /** Reports wanted beyond those that the job declares. */
  reportSources: readonly Pick<ReportSource, 'name' | 'path'>[]
  /** Masked output in order. */
  onOutput: OnOutput
  signal: AbortSignal
  /** Looks at the disk that holds a workspace; the machine's own is the default. */
  diskOf?: (folder: string) => DiskWatch
}

type JobOutcome = StepsResult & {
  /** Folder of the files that it hands on; `null`: the job declares none, or not for this result, or made none. */
  artifacts: string | null
  reports: JobReport[]
  /** What later jobs receive of its dotenv reports. */
  dotenv: PlanVariable[]
  /** What the log tells by the job's `coverage`; `null` where it has none or tells nothing. */
  coverage: number | null
  /** What GitLab would release after it; `null` where the job releases nothing or failed. */
  release: WouldBeRelease | null
}

export type JobResult = JobOutcome & { durationMs: number }

/** Runs one planned job in a workspace of its own and takes it away again. */
export async function runJob(request: JobRequest): Promise<JobResult> {
  const { job, clock } = request
  const say = sayTo(request)
  const refusal = missingProviders(job)
  if (refusal !== null) {
    await say(`ERROR: Cannot begin job "${job.name}": ${refusal}\n`)
    return { ...notBegun(refusal), durationMs: 0 }
  }
  const startedMs = clock.now()
  const variables = job.variables.map(({ masked = false, file = false, ...variable }) => ({
    ...variable,
    masked,
    file,
  }))
  const workspace = await prepare(request, variables)
  if (workspace === null) return { state: 'canceled', ...nothing, durationMs: clock.now() - startedMs }
  const caches = cachesOf(request, workspace)
  const disk = request.diskOf?.(workspace.folder) ?? new DiskWatch(workspace.folder)
  try {
    const outcome = await onWatchedDisk(disk, async () => runIn(request, workspace, caches))
    if (outcome.state === 'failed' && outcome.isDiskFull === true) await say(`ERROR: Job failed: ${outcome.message}\n`)
    return { ...outcome, durationMs: clock.now() - startedMs }
  } finally {
    await workspace.remove()
    await caches?.release()
  }
}

/** @returns `null` where the job is canceled meanwhile */
async function prepare(request: JobRequest, variables: readonly JobVariable[]): Promise<Workspace | null> {
  const { job, project, readOnlyPaths, tools, signal } = request
  const mask = maskOf(request)
  const onOutput: OnOutput = (chunk) => request.onOutput(mask(Buffer.from(chunk).toString('utf8')))
  const { image = null, services = [] } = job
  const wanted = { id: randomUUID(), project, image, services, readOnlyPaths, tools, variables, onOutput, signal }
  try {
    return await request.executor.prepare(wanted)
  } catch (cause) {
    if (signal.aborted) return null
    throw cause
  }
}

/** What a job leaves that did not get to its script. */
const nothing = { artifacts: null, reports: [], dotenv: [], coverage: null, release: null }

function notBegun(message: string): JobOutcome {
  return { state: 'failed', reason: 'unmet_prerequisites', exitCode: null, message, ...nothing }
}

async function runIn(request: JobRequest, workspace: Workspace, caches: JobCaches | null): Promise<JobOutcome> {
  const { job } = request
  const say = sayTo(request)
  const output = watched(request)
  const hook = preGetSourcesStep(job.hooks?.preGetSourcesScript ?? [], job.timeoutMs)
  const hooked = hook === null ? null : await runMasked(request, workspace, [hook], output)
  if (hooked !== null && hooked.state !== 'success') return { ...hooked, ...nothing }
  await workspace.begin(request.snapshot)
  await caches?.restore()
  const before = await reportFilesBefore(request, workspace)
  for (const tree of request.artifacts) await workspace.underlay(tree)
  const result = await runMasked(request, workspace, stepsOf(job), output)
  const reports = await collectReports(request, workspace, before, say)
  const release =
    result.state === 'success' && job.release !== undefined ? await releaseOf(job.release, workspace) : null
  // Last, as these may take files away.
  const artifacts = wantsArtifacts(job.artifacts, result) ? await takeArtifacts(request, workspace, say) : null
  if (result.state !== 'canceled') await caches?.save(result.state === 'success')
  const outcome = { artifacts, reports, coverage: output.coverage(), release }
  return withDotenvOf(request, result, outcome)
}

/** A dotenv report that cannot be taken fails the job, as GitLab refuses its upload. */
async function withDotenvOf(
  request: JobRequest,
  result: StepsResult,
  outcome: Omit<JobOutcome, keyof StepsResult | 'dotenv'>,
): Promise<JobOutcome> {
  try {
    const files = outcome.reports.filter(({ kind }) => kind === 'dotenv')
    return { ...result, ...outcome, dotenv: await readDotenvReports(files, request.blobs) }
  } catch (cause) {
    if (!(cause instanceof SluiceError)) throw cause
    const message = maskOf(request)(cause.message).toString()
    await sayTo(request)(`ERROR: ${message}\n`)
    const failed: StepsResult =
      result.state === 'success' ? { state: 'failed', reason: 'script_failure', exitCode: null, message } : result
    return { ...failed, ...outcome, release: null, dotenv: [] }
  }
}

/** What is told of a job may hold its secrets, too: keys of caches and paths do. */
function maskOf({ job }: JobRequest): (text: string) => Buffer {
  const secrets = secretsOf(job)
  return (text) => Buffer.from(maskedText(secrets, text))
}

function sayTo(request: JobRequest): (text: string) => Promise<void> {
  const mask = maskOf(request)
  return async (text) => request.onOutput(mask(text))
}

const secretsOf = ({ variables }: Pick<PlanJob, 'variables'>): string[] =>
  variables.filter(({ masked }) => masked).map(({ value }) => value)

/** The job's masked output on its way, read for its coverage. */
interface WatchedOutput {
  write: OnOutput
  coverage(): number | null
}

function watched({ job, onOutput }: JobRequest): WatchedOutput {
  if (job.coverage == null) return { write: onOutput, coverage: () => null }
  const reader = createCoverageReader(job.coverage)
  const decoder = new StringDecoder('utf8')
  return {
    write: (chunk) => {
      reader.push(decoder.write(chunk))
      return onOutput(chunk)
    },
    coverage: () => reader.end(),
  }
}

function cachesOf(request: JobRequest, workspace: Workspace): JobCaches | null {
  const { job, project, caches: store } = request
  if (store === null) return null
  const fallbackKey = job.variables.findLast(({ key }) => key === 'CACHE_FALLBACK_KEY')?.value
  const caches = job.cache.map(cacheRequestOf)
  return jobCaches({ caches, project, workspace, store, fallbackKey, say: sayTo(request) })
}

function cacheRequestOf({ key, keyFiles, keyPrefix, unprotect: _unprotect, ...cache }: PlanCache): CacheRequest {
  return { ...cache, keyFiles, key: keyFiles.length === 0 ? key : keyPrefix }
}

async function runMasked(
  { job, clock, signal }: JobRequest,
  workspace: Workspace,
  steps: readonly Step[],
  { write: onOutput }: WatchedOutput,
): Promise<StepsResult> {
  const masker = createMasker(secretsOf(job))
  const masked: OnOutput = (chunk) => onOutput(masker.push(chunk))
  const result = await runSteps({ workspace, steps, onOutput: masked, clock, signal })
  await onOutput(masker.flush())
  return result
}
