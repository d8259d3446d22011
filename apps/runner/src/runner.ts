import { mkdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { JobResponse } from '@sluice/contracts/runner'
import type { Isolation, JobContainers } from '@sluice/execution'
import { DiskWatch, findJobTools, openCacheStore, removeFolder } from '@sluice/executor-process'
import { SluiceError, type Clock } from '@sluice/kernel'
import { createCoordinator, type Coordinator } from './coordinator.ts'
import { runOfferedJob, type JobHost } from './run-offered-job.ts'
import type { RunnerConfig } from './runner-config.ts'
import { openRunnerExecutor } from './runner-executor.ts'
import type { RunnerLog } from './runner-log.ts'
import { backOff, standardWaits, wait, type Waits } from './waiting.ts'

export interface RunnerOptions {
  config: RunnerConfig
  isolation: Isolation
  clock: Clock
  log: RunnerLog
  waits?: Partial<Waits>
  /** PATH on which the machine's Node is looked for. */
  path: string
  /** Looks at the disk that holds a workspace; the machine's own is the default. */
  diskOf?: (folder: string) => DiskWatch
}

/** A runner at work. */
export interface Runner {
  /** Resolves when no job is asked for any more and none runs; rejects when the server refuses the token. */
  readonly done: Promise<void>
  /** Asks for no more jobs and lets the running ones end. */
  drain(): void
  /** Also stops the running jobs and reports them as failed by the system. */
  stopJobs(): void
  /** The same server, which knows its token and its jobs, has this URL from now on. */
  moveTo(url: string): void
}

const someImage: JobContainers = { image: { name: 'any', entrypoint: [] } }

/** Starts a runner: removes what an earlier one left, then asks for jobs until it is drained. */
export async function startRunner(options: RunnerOptions): Promise<Runner> {
  const host = await prepareHost(options)
  const draining = new AbortController()
  const stopping = new AbortController()
  const done = work(host, options, draining.signal, stopping.signal)
  // The caller may look at `done` late; until then a refusal is no unhandled one.
  done.catch(() => undefined)
  return {
    done,
    drain: () => draining.abort(),
    stopJobs: () => {
      draining.abort()
      stopping.abort()
    },
    moveTo: (url) => host.coordinator.moveTo(url),
  }
}

async function prepareHost({ config, isolation, clock, log, waits, path, diskOf }: RunnerOptions): Promise<JobHost> {
  const { folder, name, url, token, nodeFolder } = config
  for (const left of ['jobs', 'scratch']) await removeFolder(join(folder, left))
  await mkdir(join(folder, 'jobs'), { recursive: true, mode: 0o700 })
  const executor = await openRunnerExecutor(config, { isolation, clock, log })
  return {
    name,
    folder,
    clock,
    executor,
    executorKind: config.executor,
    coordinator: createCoordinator({
      url,
      token,
      name,
      systemId: `${hostname()}-${name}`.slice(0, 200),
      executor: config.executor,
      isolation: executor.isolationOf({}),
      containerIsolation: executor.isolationOf(someImage),
    }),
    caches: openCacheStore(join(folder, 'caches'), { clock }),
    tools: await findJobTools(path, nodeFolder),
    waits: { ...standardWaits, ...waits },
    diskOf: diskOf ?? ((place) => new DiskWatch(place)),
  }
}

async function work(
  host: JobHost,
  options: RunnerOptions,
  draining: AbortSignal,
  stopping: AbortSignal,
): Promise<void> {
  const { log, config } = options
  await verify(host, log, draining)
  log('info', 'runner is ready', {
    name: host.name,
    isolation: host.executor.isolationOf({}),
    concurrency: config.concurrency,
  })
  const running = new Set<Promise<void>>()
  try {
    await askForJobs(host, options, draining, async (job) => {
      const one = runAndLog(host, job, stopping, log).finally(() => running.delete(one))
      running.add(one)
      if (running.size >= config.concurrency) await Promise.race(running)
    })
  } finally {
    await Promise.all(running)
    log('info', 'runner has ended', { name: host.name })
  }
}

/** Until the server is there; a token that it does not know ends the runner. */
async function verify({ coordinator, waits }: JobHost, log: RunnerLog, draining: AbortSignal): Promise<void> {
  const retry = backOff(waits)
  while (!draining.aborted) {
    try {
      await coordinator.verify()
      return
    } catch (cause) {
      if (isRefusal(cause)) throw cause
      log('warning', 'server cannot be reached', { reason: (cause as Error).message })
      await wait(retry.next(), draining)
    }
  }
}

const isRefusal = (cause: unknown): boolean => cause instanceof SluiceError && cause.code === 'RUNNER_TOKEN_REFUSED'

async function askForJobs(
  { coordinator, clock, waits }: JobHost,
  { log }: RunnerOptions,
  draining: AbortSignal,
  take: (job: JobResponse) => Promise<void>,
): Promise<void> {
  const retry = backOff(waits)
  let cursor: string | null = null
  while (!draining.aborted) {
    const askedMs = clock.now()
    const answer = await ask(coordinator, cursor, draining, log)
    if (answer === null) await wait(retry.next(), draining)
    else {
      retry.reset()
      cursor = answer.cursor
      if (answer.job !== null) await take(answer.job)
      // A server that holds the request sets the pace itself.
      else if (clock.now() - askedMs < waits.pollMs) await wait(waits.pollMs, draining)
    }
  }
}

async function ask(
  coordinator: Coordinator,
  cursor: string | null,
  draining: AbortSignal,
  log: RunnerLog,
): Promise<Awaited<ReturnType<Coordinator['requestJob']>> | null> {
  try {
    return await coordinator.requestJob(cursor, draining)
  } catch (cause) {
    if (isRefusal(cause)) throw cause
    if (!draining.aborted) log('warning', 'cannot ask for a job', { reason: (cause as Error).message })
    return null
  }
}

async function runAndLog(host: JobHost, job: JobResponse, stopping: AbortSignal, log: RunnerLog): Promise<void> {
  const fields = { job: job.id, name: job.job_info.name, project: job.job_info.project_name }
  log('info', 'job begins', fields)
  try {
    const result = await runOfferedJob(host, job, stopping)
    log('info', 'job has ended', {
      ...fields,
      state: result.state,
      ...(result.state === 'failed' ? { reason: result.reason } : {}),
    })
  } catch (cause) {
    log('error', 'job could not be handled', { ...fields, reason: (cause as Error).message })
  }
}
