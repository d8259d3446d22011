/** Wires the server: a list of what it is made of. */
import type { SluiceError } from '@sluice/kernel'
import type { HoldOptions } from '@sluice/store-postgres'
import type { ServerConfig } from './config.ts'
import { openDoors } from './doors/open-doors.ts'
import { openStore } from './open-store.ts'
import { openRollouts } from './rollouts/open-rollouts.ts'
import { finishAttemptWith } from './runner/finish-attempt.ts'
import { recordEvidenceWith } from './runner/record-evidence.ts'
import { startWork } from './start-work.ts'
import { systemClock as clock, systemIds as ids } from './system.ts'

export interface RunningServer {
  url: string
  /**
   * Resolves when the server has stopped, also by itself, as it was asked to over its API.
   * Rejects when it had to: with STORE_IN_USE, as another server has its database.
   */
  stopped: Promise<void>
  /** @param services also stop what was deployed; else it runs on behind the router */
  stop(services: boolean): Promise<void>
}

export type Log = (message: string, details: object) => void

/** Deployed services have this long for their requests in flight. */
const stopGraceMs = 10_000

/**
 * Starts the server and adopts what an earlier one left running.
 * @param options `patienceMs`: how long to wait for the database while another server holds it
 * @throws SluiceError with one clear sentence
 */
export async function startServer(
  config: ServerConfig,
  log: Log,
  options: Pick<HoldOptions, 'patienceMs'> = {},
): Promise<RunningServer> {
  const closers = new AsyncDisposableStack()
  try {
    return await startWith(config, log, options, closers)
  } catch (cause) {
    await closers.disposeAsync()
    throw cause
  }
}

async function startWith(
  config: ServerConfig,
  log: Log,
  options: Pick<HoldOptions, 'patienceMs'>,
  closers: AsyncDisposableStack,
): Promise<RunningServer> {
  const lost = Promise.withResolvers<SluiceError>()
  const store = await openStore(config, { ...options, onLost: lost.resolve }, closers)
  const rollouts = await openRollouts(config, store, log, closers)
  const evidence = recordEvidenceWith({ ...store, clock, ids })
  const finish = finishAttemptWith({ ...store, clock, evidence })
  const stopAsked = Promise.withResolvers<boolean>()
  const stopped = Promise.withResolvers<void>()
  let services = false
  closers.defer(async () => {
    if (!services) return
    const { target } = rollouts
    await Promise.all((await target.list()).map(({ instanceId }) => target.stop(instanceId, stopGraceMs)))
  })
  const url = await openDoors(config, { store, rollouts, finish, requestStop: stopAsked.resolve, log }, closers)
  await startWork({ store, rollouts, finish, serverUrl: () => url, log }, closers)

  let stopping: Promise<void> | null = null
  const stop = (withServices: boolean): Promise<void> => {
    services ||= withServices
    return (stopping ??= closers.disposeAsync().finally(() => stopped.resolve()))
  }
  // Whoever does not look at `stopped` has the log.
  stopped.promise.catch(() => undefined)
  lost.promise
    .then((cause) => {
      log('the server stops', { error: cause.toString() })
      stopped.reject(cause)
      return stop(false)
    })
    .catch((error: unknown) => log('the server did not stop in order', { error: String(error) }))
  stopAsked.promise
    .then(stop)
    .catch((error: unknown) => log('the server did not stop in order', { error: String(error) }))
  return { url, stopped: stopped.promise, stop }
}
