import type { Actor } from '@sluice/contracts/events'
import { SluiceError, type Clock, type Ids } from '@sluice/kernel'
import type { Target, TrafficRouter } from '@sluice/rollout'
import {
  appendEntry,
  clearServing,
  findPolicyInForce,
  isDeploying,
  lockEnvironment,
  type Database,
  type EnvironmentRow,
  type ProjectRow,
  type Unit,
} from '@sluice/store-postgres'
import { isInPolicy } from '../projects/is-in-policy.ts'
import { giveTable } from './give-table.ts'

interface Stoppers {
  db: Database
  target: Target
  router: TrafficRouter
  clock: Clock
  ids: Ids
}

/** What serves has this long for its requests in flight. */
const stopGraceMs = 10_000

/**
 * Ends what serves in an environment that the policy in force names no longer, for good: its URL answers that nothing
 * serves, its port and database stay its own. Asked again, there is nothing to do. All under the environment's lock, so that
 * no deployment begins meanwhile and nobody starts the instance again; of a crash in between the environment is kept serving.
 * @throws SluiceError ENVIRONMENT_UNKNOWN, ENVIRONMENT_NOT_STOPPABLE
 */
export async function stopEnvironment(parts: Stoppers, project: ProjectRow, name: string, actor: Actor): Promise<void> {
  await parts.db.transaction().execute(async (unit) => {
    const environment = await stoppable(unit, project, name)
    const { release_id: releaseId, instance_id: instanceId } = environment
    if (releaseId === null || instanceId === null) return
    await giveTable(parts.router, unit, environment, [])
    await parts.target.stop(instanceId, stopGraceMs)
    await clearServing(unit, project.slug, name)
    const context = { id: parts.ids.next(), atMs: parts.clock.now(), actor, project: project.slug, runId: null }
    await appendEntry(unit, context, 'environment.stopped', { environment: name, releaseId })
  })
}

async function stoppable(unit: Unit, project: ProjectRow, name: string): Promise<EnvironmentRow> {
  const environment = await lockEnvironment(unit, project.slug, name)
  const place = `Cannot stop environment "${name}"`
  if (environment === null)
    throw new SluiceError('ENVIRONMENT_UNKNOWN', `${place}: project "${project.slug}" has none of that name`, {
      status: 404,
    })
  const branch = project.default_branch
  if (isInPolicy(name, await findPolicyInForce(unit, project.slug, branch)))
    throw new SluiceError(
      'ENVIRONMENT_NOT_STOPPABLE',
      `${place}: the policy in force names it; wanted one that sluice.yml of "${branch}" names no longer`,
      { status: 409 },
    )
  if (await isDeploying(unit, project.slug, name))
    throw new SluiceError('ENVIRONMENT_NOT_STOPPABLE', `${place}: a deployment is under way there`, { status: 409 })
  return environment
}
