/** The tables that a rollout gives to the router. The only place where weight is put on an instance. */
import type { RouterBackend } from '@sluice/contracts/router'
import type { InstanceRole, RolloutState } from './rollout.ts'
import { ask, isHealthy, patch, type Turn } from './turn.ts'

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

/** The version that gets what the candidate does not get. */
export function otherRole(state: RolloutState): InstanceRole | null {
  if (isHealthy(state, 'stable')) return 'stable'
  return isHealthy(state, 'baseline') ? 'baseline' : null
}

export function stepShares(state: RolloutState, weight: number): Shares {
  const other = otherRole(state)
  return { candidate: weight, ...(other === null ? {} : { [other]: 100 - weight }) }
}
