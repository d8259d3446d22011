import { unreachable } from '@sluice/kernel'
import { lineOf } from './line-of.ts'
import type { ResourceClaim, ResourceGroup, ResourceGroupEvent, ResourceGroupStep } from './resource-group.ts'

/** One step of a resource group: how it stands after the event, and who got it. Pure, total and deterministic. */
export function decideResourceGroup(group: ResourceGroup, event: ResourceGroupEvent): ResourceGroupStep {
  return grant(apply(group, event))
}

function apply(group: ResourceGroup, event: ResourceGroupEvent): ResourceGroup {
  switch (event.kind) {
    case 'claimed':
      return claimed(group, event.claim)
    case 'released': {
      const claims = group.claims.filter((claim) => !isOfJob(claim, event))
      return claims.length === group.claims.length ? group : { ...group, claims }
    }
    case 'mode-chosen':
      return event.mode === group.mode ? group : { ...group, mode: event.mode }
    default:
      return unreachable(event)
  }
}

const ranks: Record<ResourceClaim['state'], number> = { upcoming: 0, waiting: 1, held: 2 }

/** A later attempt gives back what an earlier one had, and stands at the end. */
function claimed(group: ResourceGroup, claim: ResourceClaim): ResourceGroup {
  const before = group.claims.find((other) => isOfJob(other, claim))
  const isNews =
    before === undefined ||
    claim.attempt > before.attempt ||
    (claim.attempt === before.attempt && ranks[claim.state] > ranks[before.state])
  if (!isNews) return group
  return { ...group, claims: [...group.claims.filter((other) => other !== before), claim] }
}

function grant(group: ResourceGroup): ResourceGroupStep {
  const next = group.claims.some(({ state }) => state === 'held') ? undefined : lineOf(group)[0]
  if (next?.state !== 'waiting') return { group, granted: null }
  const granted: ResourceClaim = { ...next, state: 'held' }
  return { group: { ...group, claims: group.claims.map((claim) => (claim === next ? granted : claim)) }, granted }
}

const isOfJob = (claim: ResourceClaim, { runId, job }: { runId: string; job: string }): boolean =>
  claim.runId === runId && claim.job === job
