import { join } from 'node:path'
import { openFileBlobStore, openFileTraceStore } from '@sluice/blobs-files'
import type { JobResponse, JobUpdate } from '@sluice/contracts/runner'
import {
  preGetSourcesStep,
  wantsContainers,
  type Executor,
  type JobContainers,
  type Step,
  type Workspace,
} from '@sluice/execution'
import {
  jobCaches,
  onWatchedDisk,
  removeFolder,
  runSteps,
  type CacheStore,
  type DiskWatch,
  type FilesBefore,
  type JobCaches,
  type JobTools,
  type StepsResult,
} from '@sluice/executor-process'
import { SluiceError, type Clock } from '@sluice/kernel'
import { containersOf } from './containers-of.ts'
import type { Coordinator } from './coordinator.ts'
import { fetchSources } from './fetch-sources.ts'
import { downloadDependencies, reportFilesBefore, uploadArtifacts, type ArtifactTransfer } from './job-artifacts.ts'
import { startJobLog, type JobLog } from './job-log.ts'
import type { RunnerConfig } from './runner-config.ts'
import { backOff, wait, type Waits } from './waiting.ts'

/** What all jobs of a runner share. */
export interface JobHost {
  name: string
  folder: string
  executor: Executor
  executorKind: RunnerConfig['executor']
  coordinator: Coordinator
  caches: CacheStore
  tools: JobTools
  clock: Clock
  waits: Waits
  /** Looks at the disk that holds a workspace. */
  diskOf: (folder: string) => DiskWatch
}

/**
 * Why a job was stopped before its end: by the server, because the server gave it to no one or someone else, by us, or
 * (an error) because its log cannot be kept.
 */
type StopReason = 'canceled' | 'lost' | 'shutdown' | Error

/**
 * Runs one job from the server to the report of its end. Throws only for a fault of this program or its machine; the
 * server is told of that, too.
 */
export async function runOfferedJob(host: JobHost, job: JobResponse, shutdown: AbortSignal): Promise<StepsResult> {
  try {
    return await runWithLog(host, job, shutdown)
  } catch (cause) {
    await sendEnd(host, job, updateOf(systemFailure((cause as Error).message)))
    throw cause
  }
}

async function runWithLog(host: JobHost, job: JobResponse, shutdown: AbortSignal): Promise<StepsResult> {
  const stop = new AbortController()
  const onShutdown = (): void => stop.abort('shutdown' satisfies StopReason)
  if (shutdown.aborted) onShutdown()
  shutdown.addEventListener('abort', onShutdown)
  const onStanding = (standing: 'canceled' | 'lost'): void => stop.abort(standing satisfies StopReason)
  const onFailure = (failure: Error): void => stop.abort(failure satisfies StopReason)
  const scratch = join(host.folder, 'scratch', `job-${job.id}`)
  await removeFolder(scratch)
  const spool = await openFileTraceStore(join(scratch, 'log'))
  const log = startJobLog({ ...host, job, spool, onStanding, onFailure })
  try {
    const result = await runParts(host, job, log, scratch, stop.signal)
    await log.say(lastLine(result))
    return await reportEnd(host, job, log, result)
  } finally {
    log.close()
    shutdown.removeEventListener('abort', onShutdown)
    await removeFolder(scratch)
  }
}

async function runParts(
  host: JobHost,
  job: JobResponse,
  log: JobLog,
  scratch: string,
  signal: AbortSignal,
): Promise<StepsResult> {
  let workspace: Workspace | null = null
  let caches: JobCaches | null = null
  try {
    await log.say(`Running with sluice-runner on ${host.name}\n`)
    if (job.sluice_refusal !== undefined) return refused(job.sluice_refusal)
    const containers = containersOf(job)
    workspace = await log.section(
      'prepare_executor',
      `Preparing the "${executorNameOf(host, containers)}" executor`,
      async () => {
        await log.say(`Isolation: ${host.executor.isolationOf(containers)}\n`)
        return prepare(host, job, containers, { log, signal })
      },
    )
    caches = cachesOf(host, job, workspace, log)
    const place = { log, scratch, signal, workspace, caches }
    return await onWatchedDisk(host.diskOf(workspace.folder), async () =>
      runIn(host, job, place).catch((cause: unknown) => failedBy(cause, signal)),
    )
  } catch (cause) {
    return failedBy(cause, signal)
  } finally {
    await workspace?.remove()
    await caches?.release()
  }
}

function cachesOf(host: JobHost, job: JobResponse, workspace: Workspace, log: JobLog): JobCaches {
  const caches = (job.cache ?? []).map(
    ({
      sluice_key_files: keyFiles,
      sluice_key_by_commit: keyByCommit = false,
      sluice_earlier_keys,
      fallback_keys,
      ...cache
    }) => ({
      ...cache,
      keyFiles,
      keyByCommit,
      earlierKeys: sluice_earlier_keys ?? [],
      fallbackKeys: fallback_keys ?? [],
    }),
  )
  return jobCaches({
    caches,
    fallbackKey: job.variables.findLast(({ key }) => key === 'CACHE_FALLBACK_KEY')?.value,
    project: String(job.job_info.project_id),
    workspace,
    store: host.caches,
    say: async (text) => log.say(text),
  })
}

function executorNameOf({ executorKind }: JobHost, containers: JobContainers): 'process' | 'docker' {
  if (executorKind !== 'auto') return executorKind
  return wantsContainers(containers) ? 'docker' : 'process'
}

async function prepare(
  { executor, tools }: JobHost,
  job: JobResponse,
  containers: JobContainers,
  { log, signal }: { log: JobLog; signal: AbortSignal },
): Promise<Workspace> {
  return executor.prepare({
    ...containers,
    id: `job-${job.id}`,
    project: job.job_info.project_name,
    readOnlyPaths: [],
    tools: { readOnlyPaths: tools.readOnlyPaths, env: { PATH: tools.path } },
    variables: job.variables,
    onOutput: log.write,
    signal,
  })
}

interface JobPlace {
  log: JobLog
  scratch: string
  signal: AbortSignal
  workspace: Workspace
  caches: JobCaches
}

async function runIn(host: JobHost, job: JobResponse, place: JobPlace): Promise<StepsResult> {
  const { log, signal, workspace, scratch, caches } = place
  const { clock, waits, coordinator } = host
  const blobs = await openFileBlobStore(join(scratch, 'blobs'), { durable: false })
  const transfer: ArtifactTransfer = { job, workspace, coordinator, blobs, scratch, log, clock, waits, signal }
  const hooked = await runHook(host, job, place)
  if (hooked !== null) return hooked
  await log.section('get_sources', 'Getting source from Git repository', async () =>
    fetchSources(job, workspace, { onOutput: log.write, waits, signal }),
  )
  if (job.cache !== null) await log.section('restore_cache', 'Restoring cache', async () => caches.restore())
  const before = await reportFilesBefore(job, workspace)
  if (job.dependencies !== null && job.dependencies.length > 0)
    await log.section('download_artifacts', 'Downloading artifacts', async () => downloadDependencies(transfer))
  const result =
    stoppedResult(signal) ??
    (await runSteps({ workspace, steps: stepsOfJob(job), onOutput: log.write, clock, signal, graceMs: waits.graceMs }))
  const stopped = stoppedResult(signal)
  if (stopped !== null) return stopped
  return finishIn(job, result, { log, caches, transfer, before })
}

/** Runs what comes before the sources; a result where the job ends with that. */
async function runHook(
  { clock, waits }: JobHost,
  job: JobResponse,
  { log, signal, workspace }: JobPlace,
): Promise<StepsResult | null> {
  const script = (job.hooks ?? []).find(({ name }) => name === 'pre_get_sources_script')?.script ?? []
  const step = preGetSourcesStep(script, job.runner_info.timeout * 1000)
  if (step === null) return null
  const result = await runSteps({
    workspace,
    steps: [step],
    onOutput: log.write,
    clock,
    signal,
    graceMs: waits.graceMs,
  })
  return result.state === 'success' ? null : (stoppedResult(signal) ?? result)
}

interface JobEnd {
  log: JobLog
  caches: JobCaches
  transfer: ArtifactTransfer
  before: FilesBefore
}

/** Artifacts first: saving a cache may take its files away. */
async function finishIn(
  job: JobResponse,
  result: StepsResult,
  { log, caches, transfer, before }: JobEnd,
): Promise<StepsResult> {
  const succeeded = result.state === 'success'
  const handedIn = job.artifacts === null ? result : await handIn(result, log, transfer, before)
  if (job.cache !== null) await log.section('archive_cache', 'Saving cache', async () => caches.save(succeeded))
  return handedIn
}

async function handIn(
  result: StepsResult,
  log: JobLog,
  transfer: ArtifactTransfer,
  before: FilesBefore,
): Promise<StepsResult> {
  const succeeded = result.state === 'success'
  try {
    const name = succeeded ? 'upload_artifacts_on_success' : 'upload_artifacts_on_failure'
    await log.section(name, 'Uploading artifacts', async () => uploadArtifacts(transfer, result, before))
    return result
  } catch (cause) {
    // A job whose artifacts are missing must not pass; one that failed keeps its own reason.
    if (!succeeded) return result
    const message = `Cannot hand in artifacts: ${(cause as Error).message}`
    const isOfScript = cause instanceof SluiceError && cause.code === 'EXECUTION_DOTENV'
    return isOfScript ? { state: 'failed', reason: 'script_failure', exitCode: null, message } : systemFailure(message)
  }
}

function stepsOfJob(job: JobResponse): Step[] {
  return job.steps.map(({ name, script, timeout, when, allow_failure: allowFailure }) => ({
    name,
    script,
    when,
    allowFailure,
    timeoutMs: timeout * 1000,
  }))
}

const refused = (message: string): StepsResult => ({
  state: 'failed',
  reason: 'unmet_prerequisites',
  exitCode: null,
  message,
})

const failedBy = (cause: unknown, signal: AbortSignal): StepsResult =>
  stoppedResult(signal) ?? systemFailure((cause as Error).message)

const systemFailure = (message: string): StepsResult => ({
  state: 'failed',
  reason: 'runner_system_failure',
  exitCode: null,
  message,
})

function stoppedResult(signal: AbortSignal): StepsResult | null {
  if (!signal.aborted) return null
  const reason = signal.reason as StopReason
  if (reason instanceof Error) return systemFailure(reason.message)
  return reason === 'shutdown' ? systemFailure('the runner was stopped') : { state: 'canceled' }
}

function lastLine(result: StepsResult): string {
  if (result.state === 'success') return '\u001B[32;1mJob succeeded\u001B[0;m\n'
  const why = result.state === 'canceled' ? 'canceled' : result.message
  return `\u001B[31;1mERROR: Job failed: ${why}\u001B[0;m\n`
}

/** First the whole log, then the state: a job that ended has all of its log; one whose log was lost here has failed. */
async function reportEnd(host: JobHost, job: JobResponse, log: JobLog, result: StepsResult): Promise<StepsResult> {
  const { sent, sizeBytes, checksum, failure } = await log.finish()
  const disk = result.state === 'failed' && result.isDiskFull === true ? { isDiskFull: true } : {}
  const end = failure === null ? result : { ...systemFailure(failure.message), ...disk }
  const output = { ...(checksum === null ? {} : { checksum }), bytesize: sizeBytes }
  if (sent) await sendEnd(host, job, { ...updateOf(end), output })
  return end
}

async function sendEnd(
  { coordinator, clock, waits }: JobHost,
  job: JobResponse,
  update: Omit<JobUpdate, 'token'>,
): Promise<void> {
  const untilMs = clock.now() + waits.giveUpMs
  const retry = backOff(waits)
  for (;;) {
    const { outcome, standing } = await coordinator.update(job, update)
    if (outcome === 'taken' || standing === 'lost' || clock.now() >= untilMs) return
    await wait(retry.next())
  }
}

function updateOf(result: StepsResult): Omit<JobUpdate, 'token'> {
  if (result.state === 'success') return { state: 'success', exit_code: 0 }
  if (result.state === 'canceled') return { state: 'failed', failure_reason: 'unknown_failure' }
  const exitCode = result.exitCode === null ? {} : { exit_code: result.exitCode }
  const disk = result.isDiskFull === true ? { sluice_disk_full: true } : {}
  // GitLab Runner's name for a job that cannot be run as it is configured.
  const reason = result.reason === 'unmet_prerequisites' ? 'configuration_error' : result.reason
  return { state: 'failed', failure_reason: reason, ...exitCode, ...disk }
}
