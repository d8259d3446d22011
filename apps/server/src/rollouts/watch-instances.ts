import { setTimeout as delay } from 'node:timers/promises'
import { environmentServedBy, keepServing, type Keepers } from './keep-environments.ts'
import type { RolloutDriver } from './rollout-driver.ts'

const firstWaitMs = 250
const longestWaitMs = 30_000

/**
 * Hears of instances that end by themselves: an open rollout decides what that means; else the environment that it
 * served gets a new one, with longer and longer waits while that fails. @returns how to stop
 */
export function watchInstances(
  parts: Keepers,
  driver: RolloutDriver,
  log: (message: string, details: object) => void,
): () => void {
  const stop = new AbortController()
  const unsubscribe = parts.target.onExit(({ instanceId, reason }) => {
    heard(instanceId, reason).catch((error: unknown) =>
      log('an instance could not be replaced', { instanceId, error: String(error) }),
    )
  })

  async function heard(instanceId: string, reason: string): Promise<void> {
    log('an instance ended', { instanceId, reason })
    if (await driver.instanceExited(instanceId, reason)) return
    for (let waitMs = firstWaitMs; !stop.signal.aborted; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
      await delay(waitMs, undefined, { signal: stop.signal })
      if (await replaced(instanceId)) return
    }
  }

  async function replaced(instanceId: string): Promise<boolean> {
    const environment = await environmentServedBy(parts.db, instanceId)
    if (environment === null) return true
    return keepServing(parts, environment).then(
      () => true,
      () => false,
    )
  }

  return () => {
    stop.abort()
    unsubscribe()
  }
}
