/** Stopping what is no longer wanted, and the last entry. Shared by `retiring` and `aborting`. */
import type { DeploymentOutcome } from '@sluice/contracts/events'
import type { InstanceRole, RolloutState, Sentence } from '../rollout.ts'
import { strategyOf } from '../strategy-of.ts'
import {
  ask,
  each,
  forgetPending,
  instanceOf,
  isHealthy,
  patch,
  patchInstance,
  record,
  toPhase,
  type Turn,
} from '../turn.ts'

/** Ends the exercise and the instances of these roles, then the rollout. */
export function stopAll(turn: Turn, suffix: string, roles: InstanceRole[]): Turn {
  return finishWhenStopped(
    each(stopExercise(forgetPending(turn), suffix), roles, (next, role) => stopInstance(next, suffix, role)),
  )
}

function stopExercise(turn: Turn, suffix: string): Turn {
  if (turn.state.exercise === 'off') return turn
  const exerciseId = exerciseIdOf(turn.state)
  return ask(patch(turn, { exercise: 'off' }), `${suffix}/stop-exercise`, { kind: 'stop-exercise', exerciseId })
}

function stopInstance(turn: Turn, suffix: string, role: InstanceRole): Turn {
  const instance = turn.state.instances[role]
  if (instance === undefined) return turn
  const { instanceId } = instance
  const stopping = patchInstance(turn, role, { status: 'stopping' })
  return ask(stopping, `${suffix}/stop-instance/${role}`, { kind: 'stop-instance', instanceId })
}

export const exerciseIdOf = (state: RolloutState): string => `${state.input.deploymentId}.exercise`

export const onExerciseStopped = (turn: Turn): Turn => finishWhenStopped(turn)

export function onInstanceStopped(turn: Turn, instanceId: string): Turn {
  const instance = instanceOf(turn.state, instanceId)
  return finishWhenStopped(instance === null ? turn : patchInstance(turn, instance.role, { status: 'stopped' }))
}

function finishWhenStopped(turn: Turn): Turn {
  const { phase, pending, input, lastJudgement } = turn.state
  if (pending.length > 0) return turn
  if (phase.kind === 'retiring') return finish(turn, 'promoted', strategyOf(input).promoted(input, lastJudgement))
  return phase.kind === 'aborting' ? finish(turn, phase.outcome, withRest(turn.state, phase.sentence)) : turn
}

/** The end. Nothing is asked for after this. */
export function finish(turn: Turn, outcome: DeploymentOutcome, sentence: Sentence): Turn {
  const { deploymentId, release, environment } = turn.state.input
  const { name, tier } = environment
  const verified = turn.state.verified ? { digestVerified: true } : {}
  const payload = { deploymentId, releaseId: release.id, environment: name, tier, outcome, sentence, ...verified }
  return record(toPhase(turn, { kind: 'finished', outcome, sentence }), 'finished', {
    kind: 'deployment.finished',
    payload,
  })
}

/** Adds who serves now. */
function withRest(state: RolloutState, sentence: Sentence): Sentence {
  const { previous, environment } = state.input
  if (previous !== null && isHealthy(state, 'stable')) {
    return {
      en: `${sentence.en} Release ${previous.version} serves all of ${environment.name}.`,
      zh: `${sentence.zh}${environment.name} 的全部流量由版本 ${previous.version} 承接。`,
    }
  }
  return {
    en: `${sentence.en} Nothing serves ${environment.name} now: requests get status 503.`,
    zh: `${sentence.zh}${environment.name} 目前没有可用的版本：请求得到 503。`,
  }
}
