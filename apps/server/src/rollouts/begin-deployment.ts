import type { Actor } from '@sluice/contracts/events'
import { mayBegin } from '@sluice/delivery'
import type { Clock, Ids } from '@sluice/kernel'
import { start, type RolloutInput, type TrafficRouter } from '@sluice/rollout'
import {
  appendEntry,
  askFor,
  findDeploymentOf,
  findEnvironment,
  findRelease,
  findRun,
  insertDeployment,
  lockEnvironment,
  lockRun,
  setEnvironmentPort,
  type Database,
  type EnvironmentRow,
  type ReleaseRow,
  type RunRow,
  type Unit,
} from '@sluice/store-postgres'
import { followDelivery } from './follow-delivery.ts'
import { ensureDatabase } from './service-settings.ts'

export interface DeploymentRequest {
  runId: string
  environment: string
  releaseId: string
}

export interface Beginners {
  db: Database
  router: TrafficRouter
  clock: Clock
  ids: Ids
  databaseUrl: string
}

const rollout: Actor = { kind: 'system', id: 'rollout' }

/** Seen again in this long where another deployment holds the environment. */
const lookAgainMs = 1000

/**
 * Begins the deployment of a release to an environment, once: asked again, it finds it begun. The database refuses a
 * second open one in the environment, so it waits its turn; a delivery that was canceled meanwhile begins none.
 */
export async function beginDeployment(parts: Beginners, request: DeploymentRequest): Promise<void> {
  const { db } = parts
  const run = await findRun(db, request.runId)
  const release = await findRelease(db, request.releaseId)
  const policy = run?.policy.environments.find(({ name }) => name === request.environment)
  const environment = run && (await findEnvironment(db, run.project, request.environment))
  if (!run || !release || !policy || !environment) return
  const begun = await findDeploymentOf(db, run.id, request.environment)
  if (begun !== null) return askFor(db, 'drive-rollout', { deploymentId: begun.id }, { key: `rollout:${begun.id}` })
  if (!mayBegin(run.delivery, request.environment)) return
  await ensureDatabase(db, environment, policy)
  const site = await ensureSite(parts, environment)
  await db.transaction().execute(async (unit) => {
    if (await insert(parts, unit, { run, release, policy, site })) return
    const { runId } = request
    await followDelivery(unit, parts, runId, { kind: 'deployment.queued', environment: request.environment })
    const options = { key: `deploy:${runId}:${request.environment}`, atMs: parts.clock.now() + lookAgainMs }
    await askFor(unit, 'begin-deployment', request, options)
  })
}

/** The environment's fixed URL exists before anything is deployed: it says that nothing serves yet. */
async function ensureSite({ db, router }: Beginners, environment: EnvironmentRow): Promise<RolloutInput['site']> {
  const known = (await router.status()).find(({ name }) => name === environment.site)
  const site =
    known ??
    (await router.apply({
      name: environment.site,
      port: environment.port,
      generation: environment.generation,
      backends: [],
    }))
  if (site.port !== environment.port) await setEnvironmentPort(db, environment.project, environment.name, site.port)
  return { name: site.name, port: site.port, generation: Math.max(site.generation, environment.generation) }
}

interface Beginning {
  run: RunRow
  release: ReleaseRow
  policy: RolloutInput['environment']
  site: RolloutInput['site']
}

/**
 * Under the locks of the run, so that no cancel comes in between, and of the environment, so that what serves is not
 * replaced at the same time.
 * @returns false where another deployment is under way there
 */
async function insert(parts: Beginners, unit: Unit, { run, release, policy, site }: Beginning): Promise<boolean> {
  const { clock, ids } = parts
  const locked = await lockRun(unit, run.id)
  if (locked === null || !mayBegin(locked.delivery, policy.name)) return true
  const environment = await lockEnvironment(unit, run.project, policy.name)
  if (environment === null) return true
  const byRunNumber = await laterRunOf(unit, environment, run)
  if (byRunNumber !== null) {
    await followDelivery(unit, parts, run.id, { kind: 'deployment.outdated', environment: policy.name, byRunNumber })
    return true
  }
  const deploymentId = ids.next()
  const previous = await servingOf(unit, environment)
  const generation = Math.max(site.generation, environment.generation)
  const inserted = await insertDeployment(unit, {
    id: deploymentId,
    project: run.project,
    environment: environment.name,
    runId: run.id,
    releaseId: release.id,
    previousReleaseId: environment.release_id,
    strategy: policy.strategy.kind,
    state: start({ deploymentId, environment: policy, release, previous, site: { ...site, generation } }),
    sentence: { en: 'The deployment begins.', zh: '部署开始。' },
    startedAtMs: clock.now(),
  })
  if (!inserted) return false
  await appendEntry(
    unit,
    { id: ids.next(), atMs: clock.now(), actor: rollout, project: run.project, runId: run.id },
    'deployment.started',
    {
      deploymentId,
      releaseId: release.id,
      environment: environment.name,
      tier: environment.tier,
      strategy: policy.strategy.kind,
      digest: release.digest,
      previousReleaseId: environment.release_id,
      settings: Object.keys(policy.target.environment).length,
    },
  )
  await followDelivery(unit, parts, run.id, { kind: 'deployment.begun', environment: environment.name })
  await askFor(unit, 'drive-rollout', { deploymentId }, { key: `rollout:${deploymentId}` })
  return true
}

/** The number of the run whose release serves, where that run began later. */
async function laterRunOf(unit: Unit, environment: EnvironmentRow, run: RunRow): Promise<number | null> {
  const release = environment.release_id === null ? null : await findRelease(unit, environment.release_id)
  const serving = release === null ? null : await findRun(unit, release.run_id)
  return serving !== null && serving.number > run.number ? serving.number : null
}

async function servingOf(unit: Unit, environment: EnvironmentRow): Promise<RolloutInput['previous']> {
  const { release_id: releaseId, instance_id: instanceId, serving_policy: policy } = environment
  if (releaseId === null || instanceId === null || policy === null) return null
  const release = await findRelease(unit, releaseId)
  if (release === null) return null
  return { id: release.id, version: release.version, digest: release.digest, instanceId, environment: policy }
}
