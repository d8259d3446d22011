/**
 * The machine of a rollout: `advance(state, event, now) → { state, commands }`. Pure, total, deterministic.
 *
 * What it keeps, whatever order events come in, and whichever are lost, late or repeated:
 *
 * 1. An instance has one id per role and deployment, and an id is started under one command at a time: there are
 *    never two instances of one role for one rollout.
 * 2. Weight goes only to an instance that is known healthy (`weights.ts` is the only writer of tables).
 * 3. An event that answers nothing pending changes nothing. So a repeated or late answer does nothing.
 * 4. Before a candidate is stopped, the router has confirmed a table without it; before the old instances are
 *    stopped, a table with the candidate alone.
 * 5. A step is passed only by the judge's `pass`. No requests, no readings, no time left: abort.
 * 6. Generations only rise; where the router has a higher one already, the same table is given above it.
 * 7. A finished rollout issues no commands. It finishes once, with one `deployment.finished`.
 * 8. After the first old instance was told to stop there is no way back: cancelling and failures come too late. A
 *    candidate that dies then stays `lost`; who keeps the environment looks at it when the rollout has ended, and
 *    starts it again.
 * 9. What serves is run by the policy that it was deployed with (`environmentFor`), never by the new one.
 *
 * Neighbours: the host runs commands, repeats them and tells what came of it; `judge/` decides on figures; `phases/`
 * holds what happens in each phase, `abort.ts` the way back.
 */
import { SluiceError, unreachable } from '@sluice/kernel'
import { cancel, giveUp } from './abort.ts'
import { onInstanceFailed, onResumed } from './losses.ts'
import { onInstanceStopped, onExerciseStopped } from './phases/ending.ts'
import { onHealthy, onStarted } from './phases/instance-up.ts'
import { onMigrated, onMigrateFailed } from './phases/migrating.ts'
import { onBegun } from './phases/securing.ts'
import { onObserved, onTick } from './phases/stepping.ts'
import { onWeightsSet } from './phases/weights-set.ts'
import type { PendingCommand, RolloutAdvance, RolloutEvent, RolloutState } from './rollout.ts'
import { answered, turnOf, type Turn } from './turn.ts'
import { askWeightsAbove } from './weights.ts'

type Answer = Extract<RolloutEvent, { commandId: string | null }>
type Told = Exclude<RolloutEvent, Answer>

/** Takes one event. `nowMs` is the host's clock. */
export function advance(state: RolloutState, event: RolloutEvent, nowMs: number): RolloutAdvance {
  if (state.version !== 1) {
    throw new SluiceError(
      'ROLLOUT_STATE_UNKNOWN',
      `Cannot continue rollout: its state has version ${String(state.version)}; wanted 1`,
    )
  }
  if (state.phase.kind === 'finished') return turnOf(state)
  if (!('commandId' in event)) return told(turnOf(state), event, nowMs)
  if ((event.kind === 'instance-failed' || event.kind === 'unhealthy') && event.commandId === null) {
    return onInstanceFailed(turnOf(state), event.instanceId, event.reason)
  }
  const command = state.pending.find((pending) => pending.id === event.commandId)
  if (command === undefined || !answers(command, event)) return turnOf(state)
  const turn = answered(turnOf(state), command.id)
  if (command.kind === 'set-weights' && event.kind === 'weights-stale')
    return askWeightsAbove(turn, command, event.generation)
  return answer(turn, event, nowMs)
}

const answersOf: Record<PendingCommand['kind'], Answer['kind'][]> = {
  migrate: ['migrated', 'migrate-failed'],
  'start-instance': ['instance-started', 'instance-failed'],
  'check-health': ['healthy', 'unhealthy', 'instance-failed'],
  'set-weights': ['weights-set', 'weights-stale'],
  'start-exercise': ['exercise-started', 'exercise-failed'],
  observe: ['observed'],
  'stop-exercise': ['exercise-stopped'],
  'stop-instance': ['instance-stopped'],
}

function answers(command: PendingCommand, event: Answer): boolean {
  return (
    answersOf[command.kind].includes(event.kind) &&
    (!('instanceId' in event) || !('instanceId' in command) || event.instanceId === command.instanceId)
  )
}

function told(turn: Turn, event: Told, nowMs: number): Turn {
  switch (event.kind) {
    case 'begun':
      return onBegun(turn)
    case 'tick':
      return onTick(turn, nowMs)
    case 'cancel-requested':
      return cancel(turn, event.by)
    case 'resumed':
      return onResumed(turn, event.alive)
    default:
      return unreachable(event)
  }
}

function answer(turn: Turn, event: Answer, nowMs: number): Turn {
  switch (event.kind) {
    case 'migrated':
      return onMigrated(turn)
    case 'migrate-failed':
      return onMigrateFailed(turn, event)
    case 'instance-started':
      return onStarted(turn, event)
    case 'instance-failed':
    case 'unhealthy':
      return onInstanceFailed(turn, event.instanceId, event.reason)
    case 'healthy':
      return onHealthy(turn, event.instanceId)
    case 'weights-set':
      return onWeightsSet(turn, nowMs)
    case 'exercise-started':
    case 'weights-stale':
      return turn
    case 'exercise-failed':
      return giveUp(turn, 'failed', {
        en: `the program that sends requests could not be started: ${event.reason}`,
        zh: `发送请求的程序无法启动：${event.reason}`,
      })
    case 'exercise-stopped':
      return onExerciseStopped(turn)
    case 'observed':
      return onObserved(turn, event.counters, nowMs)
    case 'instance-stopped':
      return onInstanceStopped(turn, event.instanceId)
    default:
      return unreachable(event)
  }
}
