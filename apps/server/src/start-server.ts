/** Wires the server: a list of what it is made of. */
import { mkdir, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { openFileBlobStore, openFileTraceStore } from '@sluice/blobs-files'
import { createHttpApi } from '@sluice/http-api'
import { detectIsolation } from '@sluice/isolation-namespaces'
import { RouterHttpClient } from '@sluice/router-http'
import { Ed25519FileSigner } from '@sluice/signer-ed25519'
import { askFor, LogListener, openDatabase, PostgresJournal, prepareJobs, startJobs } from '@sluice/store-postgres'
import type { ServerConfig } from './config.ts'
import { changeFeed } from './doors/change-feed.ts'
import { gitReadsWith } from './doors/git-reads.ts'
import { handlersWith } from './doors/handlers.ts'
import { sessionsWith } from './doors/sessions.ts'
import { listenOn } from './listen-on.ts'
import { repositoriesIn } from './projects/repositories.ts'
import { keepEnvironments } from './rollouts/keep-environments.ts'
import { openTarget } from './rollouts/open-target.ts'
import { RolloutDriver } from './rollouts/rollout-driver.ts'
import { watchInstances } from './rollouts/watch-instances.ts'
import { finishAttemptWith } from './runner/finish-attempt.ts'
import { offersFrom } from './runner/next-offer.ts'
import { recordEvidenceWith } from './runner/record-evidence.ts'
import { runnerCallsWith } from './runner/runner-calls.ts'
import { followStepWith } from './runs/follow-step.ts'
import { systemClock as clock, systemIds as ids } from './system.ts'
import { endSilentAttempts, tasksWith } from './tasks.ts'

export interface RunningServer {
  url: string
  /** Resolves when the server has stopped by itself, as it was asked to over its API. */
  stopped: Promise<void>
  stop(services: boolean): Promise<void>
}

export type Log = (message: string, details: object) => void

const sweepEveryMs = 10_000
/** Deployed services have this long for their requests in flight. */
const stopGraceMs = 10_000

/** Starts the server and adopts what an earlier one left running. @throws SluiceError with one clear sentence */
export async function startServer(config: ServerConfig, log: Log): Promise<RunningServer> {
  const { databaseUrl } = config
  const folder = (name: string): string => join(config.dataFolder, name)
  for (const name of ['blobs', 'traces', 'repositories', 'keys', 'uploads'])
    await mkdir(folder(name), { recursive: true, mode: 0o700 })
  const { db, pool, close } = await openDatabase(databaseUrl)
  await prepareJobs(pool)
  const listener = new LogListener(databaseUrl)
  await listener.open()

  const blobs = await openFileBlobStore(folder('blobs'))
  const traces = await openFileTraceStore(folder('traces'))
  const signer = await Ed25519FileSigner.open(join(folder('keys'), 'signer.pem'))
  const repositoryOf = repositoriesIn(folder('repositories'))
  const journal = new PostgresJournal(db, followStepWith(clock, ids))
  const evidence = recordEvidenceWith({ db, blobs, signer, clock, ids })
  const finish = finishAttemptWith({ db, journal, clock, evidence })

  const router = new RouterHttpClient({ controlPath: config.routerSocket })
  const target = await openTarget(config, { db, blobs, isolation: await detectIsolation() })
  const rollouts = { db, clock, ids, repositoryOf, target, router, metrics: router, databaseUrl }
  const driver = new RolloutDriver(rollouts)

  let url = ''
  const serverUrl = (): string => url
  let askStop: (services: boolean) => void = () => {}
  const stopAsked = new Promise<boolean>((resolve) => {
    askStop = resolve
  })
  const { first } = config.sitePorts
  const sitePort = (position: number): number => (first === 0 ? 0 : first + position)
  const sessions = sessionsWith({ db, clock, ids })
  const handlers = handlersWith({ ...rollouts, journal, traces, sessions, serverUrl, sitePort, requestStop: askStop })
  const { nextOffer, close: closeOffers } = offersFrom(listener)
  const runner = runnerCallsWith({
    db,
    journal,
    clock,
    ids,
    serverUrl,
    blobs,
    traces,
    scratchFolder: folder('uploads'),
    finish,
    nextOffer,
  })
  const api = await createHttpApi({
    handlers,
    sessions,
    feed: changeFeed(db, listener),
    runner,
    git: gitReadsWith({ db, repositoryOf }),
    consoleFolder: config.consoleFolder ?? null,
    localPerson: `local:${userInfo().uid}`,
    log,
  })
  const socketPath = join(config.runtimeFolder, 'server.sock')
  url = await listenOn(api, config, socketPath)

  const resumed = await driver.resume()
  await keepEnvironments(rollouts).catch((error: unknown) =>
    log('environments could not be kept', { error: String(error) }),
  )
  const unwatch = watchInstances(rollouts, driver, log)
  const jobs = await startJobs(pool, tasksWith({ ...rollouts, journal, driver }), (task, error) =>
    log('a task failed and is tried again', { task, error: String(error) }),
  )
  for (const deploymentId of resumed)
    await askFor(db, 'drive-rollout', { deploymentId }, { key: `rollout:${deploymentId}` })
  const startedAtMs = clock.now()
  const sweep = setInterval(() => {
    endSilentAttempts({ db, clock, startedAtMs, finish }).catch((error: unknown) =>
      log('the sweep failed', { error: String(error) }),
    )
  }, sweepEveryMs)

  let stopping: Promise<void> | null = null
  async function stopNow(services: boolean): Promise<void> {
    clearInterval(sweep)
    unwatch()
    closeOffers()
    await driver.stop()
    await jobs.stop()
    if (services) await Promise.all((await target.list()).map(({ instanceId }) => target.stop(instanceId, stopGraceMs)))
    await target.close()
    await api.close()
    await rm(socketPath, { force: true })
    await listener.close()
    await close()
  }
  let markStopped: () => void = () => {}
  const stopped = new Promise<void>((resolve) => {
    markStopped = resolve
  })
  const stop = (services: boolean): Promise<void> => (stopping ??= stopNow(services).finally(markStopped))
  void stopAsked.then(stop)
  return { url, stopped, stop }
}
