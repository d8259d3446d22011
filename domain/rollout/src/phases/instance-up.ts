import { unreachable } from '@sluice/kernel'
import { takeBack } from '../abort.ts'
import { environmentFor } from '../environment-for.ts'
import { ask, instanceOf, patch, patchInstance, type Turn } from '../turn.ts'
import { askWeights } from '../weights.ts'
import { stepWhenHealthy } from './starting.ts'

export function onStarted(
  turn: Turn,
  event: { commandId: string; instanceId: string; port: number; pid: number },
): Turn {
  const instance = instanceOf(turn.state, event.instanceId)
  if (instance === null) return turn
  const { instanceId, port, pid } = event
  const { path, timeoutMs } = environmentFor(turn.state.input, instance.role).target.health
  const checked = instance.role === 'stable' ? turn : patch(turn, { verified: true })
  const checking = patchInstance(checked, instance.role, { port, pid, status: 'checking' })
  const suffix = event.commandId
    .slice(turn.state.input.deploymentId.length + 1)
    .replace('start-instance', 'check-health')
  return ask(checking, suffix, { kind: 'check-health', instanceId, path, timeoutMs })
}

export function onHealthy(turn: Turn, instanceId: string): Turn {
  const instance = instanceOf(turn.state, instanceId)
  if (instance === null) return turn
  const healthy = patchInstance(turn, instance.role, { status: 'healthy' })
  switch (turn.state.phase.kind) {
    case 'securing':
      return askWeights(healthy, 'securing', { stable: 100 })
    case 'starting':
      return stepWhenHealthy(healthy)
    case 'aborting':
      return takeBack(healthy)
    case 'new':
    case 'migrating':
    case 'stepping':
    case 'handing-over':
    case 'retiring':
    case 'finished':
      return healthy
    default:
      return unreachable(turn.state.phase)
  }
}
