import type { ResourceClaim, ResourceGroupEvent } from '@sluice/engine'
import { announce, askFor, stepResourceGroup, type Unit } from '@sluice/store-postgres'

/**
 * One step of a resource group, with all that follows from it, in the caller's transaction. A run that got the group is
 * told by a task: its lock must not be taken while the group's is held. Pages of the runs in line are told to look again.
 * @param ownRunId of the run whose step this is; what it got is given back, for the caller to take in the same step
 */
export async function followResourceGroup(
  unit: Unit,
  project: string,
  name: string,
  event: ResourceGroupEvent,
  ownRunId: string | null = null,
): Promise<ResourceClaim | null> {
  const { group, granted, changed } = await stepResourceGroup(unit, project, name, event)
  if (!changed) return null
  for (const runId of new Set(group.claims.map((claim) => claim.runId)))
    if (runId !== ownRunId) await announce(unit, { seq: 0, project, runId, kind: 'resource.changed' })
  if (granted === null || granted.runId === ownRunId) return granted
  const { runId, job, attempt } = granted
  await askFor(unit, 'grant-resource', { project, group: name, runId, job, attempt })
  return null
}
