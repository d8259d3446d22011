import type { Actor } from '@sluice/contracts/events'
import type { Clock, Ids } from '@sluice/kernel'
import type { Target, TrafficRouter } from '@sluice/rollout'
import {
  appendEntry,
  findRelease,
  setGeneration,
  setServing,
  type Database,
  type EnvironmentRow,
} from '@sluice/store-postgres'
import { ensureDatabase, settingsOf } from './service-settings.ts'

export interface Keepers {
  db: Database
  target: Target
  router: TrafficRouter
  clock: Clock
  ids: Ids
  databaseUrl: string
}

const keeper: Actor = { kind: 'system', id: 'environments' }

/**
 * Makes sure that the promoted instance runs, is healthy and has all the weight. Told in the log when it had to be
 * started.
 * @returns whether it is healthy, or there is nothing to keep
 */
export async function keepServing(parts: Keepers, environment: EnvironmentRow): Promise<boolean> {
  const { db, target } = parts
  const release = environment.release_id === null ? null : await findRelease(db, environment.release_id)
  if (environment.instance_id === null || release === null) return true
  const alive = (await target.list()).some(({ instanceId }) => instanceId === environment.instance_id)
  const instanceId = alive ? environment.instance_id : await renew(parts, environment, release.id)
  await ensureDatabase(db, environment, environment.policy)
  const service = settingsOf(environment, environment.policy, parts.databaseUrl)
  const { port } = await target.start({ instanceId, role: 'stable', releaseDigest: release.digest, service })
  const health = await target.health(instanceId, environment.policy.target.health)
  if (!health.healthy) return false
  await giveAllWeight(parts, environment, { id: instanceId, port })
  if (alive) return true
  await db.transaction().execute(async (unit) => {
    const context = {
      id: parts.ids.next(),
      atMs: parts.clock.now(),
      actor: keeper,
      project: environment.project,
      runId: null,
    }
    await appendEntry(unit, context, 'environment.healthy', {
      environment: environment.name,
      releaseId: release.id,
      adopted: false,
    })
  })
  return true
}

/** An id that was stopped never starts again, so a new one is noted before it is started: asked again, it is adopted. */
async function renew({ db, ids }: Keepers, environment: EnvironmentRow, releaseId: string): Promise<string> {
  const instanceId = ids.next()
  const sinceMs = environment.since?.getTime() ?? 0
  await db
    .transaction()
    .execute((unit) => setServing(unit, environment.project, environment.name, { releaseId, instanceId, sinceMs }))
  return instanceId
}

async function giveAllWeight(
  { db, router }: Keepers,
  environment: EnvironmentRow,
  backend: { id: string; port: number },
): Promise<void> {
  const known = (await router.status()).find(({ name }) => name === environment.site)
  const [only, ...others] = known?.backends ?? []
  if (only && others.length === 0 && only.id === backend.id && only.port === backend.port && only.weight === 100) return
  const generation = Math.max(environment.generation, known?.generation ?? 0) + 1
  await router.apply({
    name: environment.site,
    port: environment.port,
    generation,
    backends: [{ ...backend, weight: 100 }],
  })
  await setGeneration(db, environment.project, environment.name, generation)
}
