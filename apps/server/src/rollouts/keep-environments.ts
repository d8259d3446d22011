/** Keeps what was promoted serving: after a start of the server, and when an instance ends by itself. */
import type { Actor } from '@sluice/contracts/events'
import type { Clock, Ids } from '@sluice/kernel'
import type { Target, TrafficRouter } from '@sluice/rollout'
import {
  appendEntry,
  findRelease,
  listDeployments,
  listEnvironments,
  listProjects,
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

/** Adopts or starts the promoted release of every environment that no open deployment looks after. */
export async function keepEnvironments(parts: Keepers): Promise<void> {
  const open = await listDeployments(parts.db, { open: true })
  for (const { slug } of await listProjects(parts.db)) {
    for (const environment of await listEnvironments(parts.db, slug)) {
      const busy = open.some((deployment) => deployment.project === slug && deployment.environment === environment.name)
      if (!busy && environment.release_id !== null) await keepServing(parts, environment)
    }
  }
}

/** The environment whose promoted release runs as this instance, if any. */
export async function environmentServedBy(db: Database, instanceId: string): Promise<EnvironmentRow | null> {
  return (
    (await db.selectFrom('environment').selectAll().where('instance_id', '=', instanceId).executeTakeFirst()) ?? null
  )
}

/** Makes sure that the promoted instance runs, is healthy and has all the weight. Told in the log when it had to be started. */
export async function keepServing(parts: Keepers, environment: EnvironmentRow): Promise<void> {
  const { db, target } = parts
  const release = environment.release_id === null ? null : await findRelease(db, environment.release_id)
  if (environment.instance_id === null || release === null) return
  const alive = (await target.list()).some(({ instanceId }) => instanceId === environment.instance_id)
  const instanceId = alive ? environment.instance_id : await renew(parts, environment, release.id)
  await ensureDatabase(db, parts.databaseUrl, environment, environment.policy)
  const service = settingsOf(environment, environment.policy, parts.databaseUrl)
  const { port } = await target.start({ instanceId, role: 'stable', releaseDigest: release.digest, service })
  const health = await target.health(instanceId, environment.policy.target.health)
  if (!health.healthy) return
  await giveAllWeight(parts, environment, { id: instanceId, port })
  if (alive) return
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
