import type { ResourceClaimView, ResourceGroupView } from '@sluice/contracts/api'
import { lineOf, type ResourceClaim } from '@sluice/engine'
import type { NamedResourceGroup } from '@sluice/store-postgres'

/** A resource group as pages show it. */
export function resourceGroupView({ name, group }: NamedResourceGroup): ResourceGroupView {
  const holder = group.claims.find(({ state }) => state === 'held')
  return {
    name,
    processMode: group.mode,
    holder: holder === undefined ? null : claimView(holder),
    line: lineOf(group).map(claimView),
  }
}

function claimView({ runId, runNumber, job, state }: ResourceClaim): ResourceClaimView {
  return { runId, runNumber, job, state }
}
