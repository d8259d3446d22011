import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createHttpApi } from '@sluice/http-api'
import { assess } from '@sluice/maturity'
import type { ServerConfig } from '../config.ts'
import { listenOn } from '../listen-on.ts'
import type { Store } from '../open-store.ts'
import type { Rollouts } from '../rollouts/open-rollouts.ts'
import { offersFrom } from '../runner/next-offer.ts'
import { runnerCallsWith, type RunnerDoor } from '../runner/runner-calls.ts'
import { logTeller } from '../runner/tell-log.ts'
import { systemClock as clock, systemIds as ids } from '../system.ts'
import { projectionOf } from '../views/projection-cache.ts'
import { doraView } from '../views/project-views.ts'
import { changeFeed } from './change-feed.ts'
import { gitReadsWith } from './git-reads.ts'
import { handlersWith } from './handlers.ts'
import { sessionsWith } from './sessions.ts'

export interface DoorParts {
  store: Store
  rollouts: Rollouts
  finish: RunnerDoor['finish']
  requestStop: (services: boolean) => void
  log: (message: string, details: object) => void
}

/** Opens the doors: console and API, runner protocol, Git reads. @returns the address of the console */
export async function openDoors(
  config: ServerConfig,
  parts: DoorParts,
  closers: AsyncDisposableStack,
): Promise<string> {
  const { store, rollouts, finish, requestStop, log } = parts
  const { db, listener, repositoryOf } = store
  // The port is known only when the doors are open; nothing asks for it before.
  let url = ''
  const serverUrl = (): string => url
  const sessions = sessionsWith({ db, clock, ids })
  const offers = offersFrom(listener)
  const { tellLog, close: closeTeller } = logTeller(db, (error) =>
    log('a log was not announced', { error: String(error) }),
  )
  const shared = { ...store, ...rollouts, clock, ids, serverUrl }
  const api = await createHttpApi({
    handlers: handlersWith({
      ...shared,
      sessions,
      firstSitePort: config.sitePorts.first,
      maturityOf: projectionOf(shared, (entries, now) => assess({ entries, now })),
      doraOf: projectionOf(shared, doraView),
      requestStop,
    }),
    sessions,
    feed: changeFeed(db, listener),
    runner: runnerCallsWith({ ...shared, finish, tellLog, nextOffer: offers.nextOffer }),
    git: gitReadsWith({ db, repositoryOf }),
    consoleFolder: config.consoleFolder ?? null,
    localPerson: `local:${process.getuid?.() ?? 'owner'}`,
    log,
  })
  const socketPath = join(config.runtimeFolder, 'server.sock')
  closers.defer(async () => {
    offers.close()
    closeTeller()
    await api.close()
    await rm(socketPath, { force: true })
  })
  url = await listenOn(api, config, socketPath)
  return url
}
