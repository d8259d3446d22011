import type { Actor } from '@sluice/contracts/events'
import type { Clock, Ids } from '@sluice/kernel'
import type { Target, TrafficRouter } from '@sluice/rollout'
import {
  appendEntry,
  findRelease,
  isDeploying,
  lockEnvironment,
  setServingInstance,
  type Database,
  type EnvironmentRow,
  type ReleaseRow,
  type Unit,
} from '@sluice/store-postgres'
import { giveTable } from './give-table.ts'
import { ensureDatabase, settingsOf } from './service-settings.ts'

export interface Keepers {
  db: Database
  target: Target
  router: TrafficRouter
  clock: Clock
  ids: Ids
  databaseUrl: string
}

/** What serves, as it was read before anything is done about it. */
type Serving = EnvironmentRow & {
  instance_id: string
  serving_policy: NonNullable<EnvironmentRow['serving_policy']>
}

const keeper: Actor = { kind: 'system', id: 'environments' }

/** An instance that is replaced has this long for its requests in flight. */
const stopGraceMs = 10_000

const isServing = (environment: EnvironmentRow): environment is Serving =>
  environment.instance_id !== null && environment.serving_policy !== null

/**
 * Makes sure that the promoted release runs, under the policy that it was deployed with, is healthy and has all the
 * weight. Told in the log when it had to be started. What it changes, it changes under the environment's lock and only
 * while no deployment is under way there.
 * @param replaceUnhealthy whether an instance that lives but is not healthy in its time gives way to a new one
 * @returns whether it is healthy, or there is nothing to keep
 */
export async function keepServing(
  parts: Keepers,
  environment: EnvironmentRow,
  { replaceUnhealthy, signal }: { replaceUnhealthy: boolean; signal: AbortSignal },
): Promise<boolean> {
  const release = environment.release_id === null ? null : await findRelease(parts.db, environment.release_id)
  if (release === null || !isServing(environment)) return true
  const alive = (await parts.target.list()).find(({ instanceId }) => instanceId === environment.instance_id)
  if (alive !== undefined) {
    if (await isHealthy(parts.target, environment, signal)) return serve(parts, environment, alive.port, null)
    if (!replaceUnhealthy || signal.aborted) return false
  }
  const renewed = await renew(parts, environment)
  return renewed !== null && startAgain(parts, renewed, release, signal)
}

async function startAgain(
  parts: Keepers,
  environment: Serving,
  release: ReleaseRow,
  signal: AbortSignal,
): Promise<boolean> {
  const { instance_id: instanceId, serving_policy: policy } = environment
  await ensureDatabase(parts.db, environment, policy)
  const service = settingsOf(environment, policy, parts.databaseUrl)
  const { port } = await parts.target.start({ instanceId, role: 'stable', releaseDigest: release.digest, service })
  return (await isHealthy(parts.target, environment, signal)) && serve(parts, environment, port, release)
}

/** A check that is broken off by the end of the server says nothing about the instance. */
async function isHealthy(target: Target, environment: Serving, signal: AbortSignal): Promise<boolean> {
  const aborted = Promise.withResolvers<{ healthy: false }>()
  const abort = (): void => aborted.resolve({ healthy: false })
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  try {
    const check = target.health(environment.instance_id, environment.serving_policy.target.health)
    return (await Promise.race([check, aborted.promise])).healthy
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** The environment under its lock, if no deployment is under way there and the same instance serves as before. */
async function lockAtRest(unit: Unit, { project, name, instance_id }: Serving): Promise<EnvironmentRow | null> {
  const environment = await lockEnvironment(unit, project, name)
  const isSame = environment?.instance_id === instance_id
  return isSame && !(await isDeploying(unit, project, name)) ? environment : null
}

/** An id that was stopped never starts again, so a new one is noted before it is started: asked again, it is found. */
async function renew({ db, ids, target }: Keepers, serving: Serving): Promise<Serving | null> {
  return db.transaction().execute(async (unit) => {
    const environment = await lockAtRest(unit, serving)
    if (environment === null) return null
    await target.stop(serving.instance_id, stopGraceMs)
    const instanceId = ids.next()
    await setServingInstance(unit, serving.project, serving.name, instanceId)
    return { ...serving, instance_id: instanceId }
  })
}

/** Gives the healthy instance all the weight. `started`: the release, if the instance was started for it. */
async function serve(parts: Keepers, serving: Serving, port: number, started: ReleaseRow | null): Promise<boolean> {
  return parts.db.transaction().execute(async (unit) => {
    const environment = await lockAtRest(unit, serving)
    if (environment === null) return false
    await giveAllWeight(parts, unit, environment, { id: serving.instance_id, port })
    if (started === null) return true
    const { project, name } = environment
    const context = { id: parts.ids.next(), atMs: parts.clock.now(), actor: keeper, project, runId: null }
    await appendEntry(unit, context, 'environment.healthy', {
      environment: name,
      releaseId: started.id,
      adopted: false,
    })
    return true
  })
}

async function giveAllWeight(
  { router }: Keepers,
  unit: Unit,
  environment: EnvironmentRow,
  backend: { id: string; port: number },
): Promise<void> {
  const known = (await router.status()).find(({ name }) => name === environment.site)
  const [only, ...others] = known?.backends ?? []
  if (only && others.length === 0 && only.id === backend.id && only.port === backend.port && only.weight === 100) return
  await giveTable(router, unit, environment, [{ ...backend, weight: 100 }])
}
