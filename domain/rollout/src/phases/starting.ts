/** The new instances: started, healthy, without weight. */
import type { InstanceRole, RolloutState } from '../rollout.ts'
import { strategyOf } from '../strategy-of.ts'
import { ask, each, isHealthy, patch, toPhase, withInstance, type Turn } from '../turn.ts'
import { enterStep } from './stepping.ts'

function rolesToStart(state: RolloutState): InstanceRole[] {
  return strategyOf(state.input).baseline && !state.secured ? ['candidate', 'baseline'] : ['candidate']
}

export function enterStarting(turn: Turn): Turn {
  const { input, secured } = turn.state
  const roles = rolesToStart(turn.state)
  const baseline = roles.includes('baseline')
  const compared = strategyOf(input).analysis !== null && secured ? 'stable' : 'nothing'
  const named = patch(turn, { comparedWith: baseline ? 'baseline' : compared })
  return each(toPhase(named, { kind: 'starting' }), roles, startRole)
}

function startRole(turn: Turn, role: InstanceRole): Turn {
  const { deploymentId, release } = turn.state.input
  const instanceId = `${deploymentId}.${role}`
  const releaseDigest = release.digest
  const known = withInstance(turn, { instanceId, role, releaseDigest, port: null, pid: null, status: 'starting' })
  return ask(known, `starting/start-instance/${role}`, { kind: 'start-instance', instanceId, role, releaseDigest })
}

export function stepWhenHealthy(turn: Turn): Turn {
  return rolesToStart(turn.state).every((role) => isHealthy(turn.state, role)) ? enterStep(turn, 0) : turn
}
