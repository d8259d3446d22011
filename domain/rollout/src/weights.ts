/** The tables that a rollout gives to the router. The only place where weight is put on an instance. */
import type { RouterBackend } from '@sluice/contracts/router'
import type { InstanceRole, PendingCommand, RolloutState } from './rollout.ts'
import { ask, isHealthy, patch, type Turn } from './turn.ts'

type SetWeights = Extract<PendingCommand, { kind: 'set-weights' }>
type Shares = Partial<Record<InstanceRole, number>>

function backendsOf(state: RolloutState, shares: Shares): RouterBackend[] {
  return (Object.entries(shares) as [InstanceRole, number][]).flatMap(([role, weight]) => {
    const instance = state.instances[role]
    const port = instance?.status === 'healthy' ? instance.port : null
    return instance === undefined || port === null ? [] : [{ id: instance.instanceId, port, weight }]
  })
}

/** Asks for a table. Instances that are not known healthy are left out of it: see invariant 2 in advance.ts. */
export function askWeights(turn: Turn, suffix: string, shares: Shares): Turn {
  const generation = turn.state.generation + 1
  const { name, port } = turn.state.input.site
  const site = { name, port, generation, backends: backendsOf(turn.state, shares) }
  return ask(patch(turn, { generation }), `${suffix}/set-weights/${generation}`, { kind: 'set-weights', site })
}

/**
 * Asks for the same table above the generation that the router has. The writer before was not a later one: who keeps
 * the environment gave a table of its own just before the rollout began.
 */
export function askWeightsAbove(turn: Turn, { id, site }: SetWeights, taken: number): Turn {
  const generation = Math.max(turn.state.generation, taken) + 1
  const suffix = id.slice(turn.state.input.deploymentId.length + 1).replace(/\d+$/, String(generation))
  return ask(patch(turn, { generation }), suffix, { kind: 'set-weights', site: { ...site, generation } })
}

/** The version that gets what the candidate does not get. */
export function otherRole(state: RolloutState): InstanceRole | null {
  if (isHealthy(state, 'stable')) return 'stable'
  return isHealthy(state, 'baseline') ? 'baseline' : null
}

export function stepShares(state: RolloutState, weight: number): Shares {
  const other = otherRole(state)
  return { candidate: weight, ...(other === null ? {} : { [other]: 100 - weight }) }
}
