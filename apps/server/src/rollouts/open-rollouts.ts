import { detectIsolation } from '@sluice/isolation-namespaces'
import { RouterHttpClient } from '@sluice/router-http'
import type { Target, TrafficRouter } from '@sluice/rollout'
import type { ServerConfig } from '../config.ts'
import type { Store } from '../open-store.ts'
import { systemClock as clock, systemIds as ids } from '../system.ts'
import { EnvironmentKeeper } from './environment-keeper.ts'
import { openTarget } from './open-target.ts'
import { RolloutDriver } from './rollout-driver.ts'

/** Where releases run, and who brings them there and keeps them. */
export interface Rollouts {
  target: Target
  router: TrafficRouter
  databaseUrl: string
  driver: RolloutDriver
  keeper: EnvironmentKeeper
}

/** Opens target and router; nothing is driven yet. */
export async function openRollouts(
  config: ServerConfig,
  store: Store,
  log: (message: string, details: object) => void,
  closers: AsyncDisposableStack,
): Promise<Rollouts> {
  const { databaseUrl } = config
  const router = new RouterHttpClient({ controlPath: config.routerSocket })
  const target = await openTarget(config, { ...store, isolation: await detectIsolation() })
  closers.defer(() => target.close())
  const parts = {
    db: store.db,
    repositoryOf: store.repositoryOf,
    clock,
    ids,
    target,
    router,
    metrics: router,
    databaseUrl,
  }
  const driver = new RolloutDriver(parts)
  const keeper = new EnvironmentKeeper(parts, driver, log)
  return { target, router, databaseUrl, driver, keeper }
}
