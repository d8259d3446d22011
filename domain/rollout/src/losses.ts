/** Instances that fail, by themselves or while the host was away. */
import { unreachable } from '@sluice/kernel'
import { giveUp, hadRequests, takeBack } from './abort.ts'
import { onNotSecured } from './phases/securing.ts'
import { exercise } from './phases/stepping.ts'
import type { InstanceRole, InstanceState, Sentence } from './rollout.ts'
import { each, forgetPending, instanceOf, patch, patchInstance, type Turn } from './turn.ts'

export interface AliveInstance {
  instanceId: string
  port: number
  pid: number
}

const names: Record<InstanceRole, Sentence> = {
  stable: { en: 'the serving instance', zh: '正在服务的实例' },
  candidate: { en: 'its instance', zh: '其实例' },
  baseline: { en: 'its baseline instance', zh: '其基线实例' },
}

export function onInstanceFailed(turn: Turn, instanceId: string, reason: string): Turn {
  const instance = instanceOf(turn.state, instanceId)
  const { phase } = turn.state
  if (instance === null || phase.kind === 'new') return turn
  if (!['starting', 'checking', 'healthy'].includes(instance.status)) return turn
  const lost = forgetInstance(patchInstance(turn, instance.role, { status: 'lost' }), instanceId)
  switch (phase.kind) {
    case 'securing':
      return onNotSecured(forgetPending(lost))
    case 'migrating':
    case 'starting':
    case 'stepping':
    case 'handing-over':
      return giveUp(lost, hadRequests(turn.state) ? 'aborted' : 'failed', sentence(instance, reason))
    case 'aborting':
      return instance.role === 'stable' && phase.stage !== 'stopping' ? takeBack(forgetPending(lost)) : lost
    case 'retiring':
    case 'finished':
      return lost
    default:
      return unreachable(phase)
  }
}

/** What was asked about this instance has no answer any more. */
function forgetInstance(turn: Turn, instanceId: string): Turn {
  const gone = (command: object): boolean => 'instanceId' in command && command.instanceId === instanceId
  return {
    state: { ...turn.state, pending: turn.state.pending.filter((command) => !gone(command)) },
    commands: turn.commands.filter((command) => !gone(command)),
  }
}

const sentence = (instance: InstanceState, reason: string): Sentence => ({
  en: `${names[instance.role].en} failed: ${reason}`,
  zh: `${names[instance.role].zh}失败：${reason}`,
})

/** The host is back: what died meanwhile has failed, what is pending is asked for again. */
export function onResumed(turn: Turn, alive: AliveInstance[]): Turn {
  const gone = Object.values(turn.state.instances).filter((instance) => isGone(instance, alive))
  const reason = 'it was gone, or another process, after a restart'
  const told = each(turn, gone, (next, { instanceId }) => onInstanceFailed(next, instanceId, reason))
  return askAgain(told)
}

function isGone(instance: InstanceState, alive: AliveInstance[]): boolean {
  if (instance.pid === null || !['checking', 'healthy'].includes(instance.status)) return false
  const { instanceId, port, pid } = instance
  return !alive.some((other) => other.instanceId === instanceId && other.port === port && other.pid === pid)
}

function askAgain(turn: Turn): Turn {
  const { phase, pending, exercise: wanted } = turn.state
  const known = new Set(turn.commands.map((command) => command.id))
  const again = { ...turn, commands: [...turn.commands, ...pending.filter((command) => !known.has(command.id))] }
  const ends = phase.kind !== 'stepping' || wanted === 'off'
  if (ends || pending.some((command) => command.kind === 'start-exercise')) return again
  // An exercise does not outlive its host.
  return exercise(patch(again, { exercise: 'off' }))
}
