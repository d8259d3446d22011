import {
  decideResourceGroup,
  newResourceGroup,
  type ResourceGroup,
  type ResourceGroupEvent,
  type ResourceGroupStep,
} from '@sluice/engine'
import { json, type Database, type Unit } from './database.ts'

export interface NamedResourceGroup {
  name: string
  group: ResourceGroup
}

/** What a step of a group did. `changed` is false when the event changed nothing. */
export interface StoredResourceGroupStep extends ResourceGroupStep {
  changed: boolean
}

/**
 * One step of a resource group, in the caller's transaction. The groups of a project share one lock, its row's, which is
 * taken last: a run's step takes several groups in any order, and waits for no other run while it has them.
 */
export async function stepResourceGroup(
  unit: Unit,
  project: string,
  name: string,
  event: ResourceGroupEvent,
): Promise<StoredResourceGroupStep> {
  const before = await lockResourceGroup(unit, project, name)
  const step = decideResourceGroup(before ?? newResourceGroup, event)
  const changed = step.group !== before
  if (changed) {
    const state = json(step.group)
    await unit
      .insertInto('resource_group')
      .values({ project, name, state })
      .onConflict((conflict) => conflict.columns(['project', 'name']).doUpdateSet({ state }))
      .execute()
  }
  return { ...step, changed }
}

/** The group, and nobody changes it before the transaction ends; `null` where no run has named it. */
export async function lockResourceGroup(unit: Unit, project: string, name: string): Promise<ResourceGroup | null> {
  await unit.selectFrom('project').select('slug').where('slug', '=', project).forNoKeyUpdate().executeTakeFirst()
  const row = await unit
    .selectFrom('resource_group')
    .select('state')
    .where('project', '=', project)
    .where('name', '=', name)
    .executeTakeFirst()
  return row?.state ?? null
}

/** The groups that a project's runs have named, in the order of their names. */
export async function listResourceGroups(db: Database | Unit, project: string): Promise<NamedResourceGroup[]> {
  const rows = await db
    .selectFrom('resource_group')
    .select(['name', 'state'])
    .where('project', '=', project)
    .orderBy('name')
    .execute()
  return rows.map(({ name, state }) => ({ name, group: state }))
}
