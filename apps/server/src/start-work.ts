/** What the server does by itself: jobs of the queue, rollouts under way, environments to keep, silent runners. */
import { askFor, startJobs } from '@sluice/store-postgres'
import type { Store } from './open-store.ts'
import type { Rollouts } from './rollouts/open-rollouts.ts'
import { endUntakenAttempts } from './runner/end-untaken-attempts.ts'
import type { RunnerDoor } from './runner/runner-calls.ts'
import { systemClock as clock, systemIds as ids } from './system.ts'
import { endSilentAttempts, tasksWith } from './tasks.ts'

const sweepEveryMs = 10_000

export interface WorkParts {
  store: Store
  rollouts: Rollouts
  finish: RunnerDoor['finish']
  serverUrl: () => string
  log: (message: string, details: object) => void
}

/** Takes up what an earlier server left, and goes on. `closers` ends it; what is not done then is done by the next. */
export async function startWork(
  { store, rollouts, finish, serverUrl, log }: WorkParts,
  closers: AsyncDisposableStack,
): Promise<void> {
  const { db, pool, journal } = store
  const { driver, keeper } = rollouts
  const failed = (task: string, error: unknown): void =>
    log('a task failed and is tried again', { task, error: String(error) })
  const resumed = await driver.resume()
  await keeper.keepAll()
  closers.defer(() => keeper.close())
  const jobs = await startJobs(pool, tasksWith({ ...store, clock, ids, serverUrl, failed, ...rollouts }), failed)
  closers.defer(async () => {
    await driver.stop()
    await jobs.stop()
  })
  for (const deploymentId of resumed)
    await askFor(db, 'drive-rollout', { deploymentId }, { key: `rollout:${deploymentId}` })
  const startedAtMs = clock.now()
  const suspects = new Set<number>()
  const sweep = setInterval(() => {
    const sweeps = [
      endSilentAttempts({ db, clock, startedAtMs, suspects, finish, failed }),
      endUntakenAttempts({ db, journal, clock, startedAtMs }),
    ]
    for (const one of sweeps) one.catch((error: unknown) => log('the sweep failed', { error: String(error) }))
  }, sweepEveryMs)
  closers.defer(() => clearInterval(sweep))
}
