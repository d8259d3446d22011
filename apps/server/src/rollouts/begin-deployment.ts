import type { Actor } from '@sluice/contracts/events'
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
  setEnvironmentPort,
  type Database,
  type EnvironmentRow,
  type ReleaseRow,
  type RunRow,
} from '@sluice/store-postgres'
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
 * second open one in the environment, so it waits its turn.
 */
export async function beginDeployment(parts: Beginners, request: DeploymentRequest): Promise<void> {
  const { db } = parts
  const run = await findRun(db, request.runId)
  const release = await findRelease(db, request.releaseId)
  const policy = run?.policy.environments.find(({ name }) => name === request.environment)
  const environment = run && (await findEnvironment(db, run.project, request.environment))
  if (!run || !release || !policy || !environment) return
  if (!isWanted(run, request.environment)) return
  const begun = await findDeploymentOf(db, run.id, request.environment)
  if (begun !== null) return askFor(db, 'drive-rollout', { deploymentId: begun.id }, { key: `rollout:${begun.id}` })
  await ensureDatabase(db, environment, policy)
  const site = await ensureSite(parts, environment)
  const deploymentId = await insert(parts, { run, release, environment, policy, site })
  if (deploymentId === null) {
    return askFor(db, 'begin-deployment', request, {
      key: `deploy:${run.id}:${request.environment}`,
      atMs: parts.clock.now() + lookAgainMs,
    })
  }
  await askFor(db, 'drive-rollout', { deploymentId }, { key: `rollout:${deploymentId}` })
}

/** Another may have been stopped meanwhile, or be further. */
function isWanted({ delivery }: RunRow, environment: string): boolean {
  return delivery.status === 'delivering' && delivery.environments[delivery.current] === environment
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
  environment: EnvironmentRow
  policy: RolloutInput['environment']
  site: RolloutInput['site']
}

async function insert({ db, clock, ids }: Beginners, beginning: Beginning): Promise<string | null> {
  const { run, release, environment, policy, site } = beginning
  const deploymentId = ids.next()
  const previous = await servingOf(db, environment)
  const state = start({ deploymentId, environment: policy, release, previous, site })
  const made = await db.transaction().execute(async (unit) => {
    const inserted = await insertDeployment(unit, {
      id: deploymentId,
      project: run.project,
      environment: environment.name,
      runId: run.id,
      releaseId: release.id,
      previousReleaseId: environment.release_id,
      strategy: policy.strategy.kind,
      state,
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
    return true
  })
  return made ? deploymentId : null
}

async function servingOf(db: Database, environment: EnvironmentRow): Promise<RolloutInput['previous']> {
  if (environment.release_id === null || environment.instance_id === null) return null
  const release = await findRelease(db, environment.release_id)
  if (release === null) return null
  return { id: release.id, version: release.version, digest: release.digest, instanceId: environment.instance_id }
}
