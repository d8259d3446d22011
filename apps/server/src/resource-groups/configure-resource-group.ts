import type { ResourceGroupView } from '@sluice/contracts/api'
import type { Actor } from '@sluice/contracts/events'
import type { ProcessMode } from '@sluice/contracts/resource-group'
import { SluiceError, type Clock, type Ids } from '@sluice/kernel'
import { appendEntry, listResourceGroups, lockResourceGroup, type Database, type Unit } from '@sluice/store-postgres'
import { resourceGroupView } from '../views/resource-group-view.ts'
import { followResourceGroup } from './follow-resource-group.ts'

/**
 * Chooses in which order a group serves the jobs in line; whom that puts first gets the group when it is free.
 * @throws SluiceError RESOURCE_GROUP_UNKNOWN where no run has named it, as in GitLab
 */
export async function configureResourceGroup(
  { db, clock, ids }: { db: Database; clock: Clock; ids: Ids },
  { project, group: name, processMode }: { project: string; group: string; processMode: ProcessMode },
  actor: Actor,
): Promise<ResourceGroupView> {
  return db.transaction().execute(async (unit) => {
    const before = await lockResourceGroup(unit, project, name)
    if (before === null) throw await unknownGroup(unit, project, name)
    if (before.mode !== processMode) {
      const context = { id: ids.next(), atMs: clock.now(), actor, project, runId: null }
      const payload = { group: name, processMode, before: before.mode }
      await appendEntry(unit, context, 'resource-group.configured', payload)
      await followResourceGroup(unit, project, name, { kind: 'mode-chosen', mode: processMode })
    }
    return resourceGroupView({ name, group: (await lockResourceGroup(unit, project, name)) ?? before })
  })
}

const shownMax = 10

async function unknownGroup(unit: Unit, project: string, name: string): Promise<SluiceError> {
  const names = (await listResourceGroups(unit, project)).map((group) => `"${group.name}"`)
  const some = names.length > shownMax ? [...names.slice(0, shownMax), '…'] : names
  const wanted = names.length === 0 ? 'its runs have named none so far' : `wanted one of ${some.join(', ')}`
  return new SluiceError(
    'RESOURCE_GROUP_UNKNOWN',
    `Cannot configure resource group "${name}": no run of project "${project}" has named it; ${wanted}`,
    { status: 404 },
  )
}
