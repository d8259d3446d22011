/** The way back: first the weight, then the candidate. */
import { finish, stopAll } from './phases/ending.ts'
import type { RolloutState, Sentence } from './rollout.ts'
import { ask, forgetPending, isHealthy, patchInstance, toPhase, type Turn } from './turn.ts'
import { askWeights } from './weights.ts'

/** A person, or who started it, wants it ended. */
export function cancel(turn: Turn, by: string): Turn {
  const { kind } = turn.state.phase
  if (kind === 'aborting' || kind === 'retiring') return turn
  return giveUp(turn, hadRequests(turn.state) ? 'aborted' : 'failed', { en: `canceled by ${by}`, zh: `由 ${by} 取消` })
}

/** Whether the candidate may have had requests: the router acts before it has confirmed the weights. */
export function hadRequests({ phase }: RolloutState): boolean {
  return phase.kind === 'handing-over' || phase.kind === 'stepping'
}

/**
 * Ends the rollout without promotion. `failed`: the candidate never got a request; `aborted`: it was taken back.
 * Nothing is to be taken back before the serving release is secured.
 */
export function giveUp(turn: Turn, outcome: 'aborted' | 'failed', why: Sentence): Turn {
  const sentence = outcomeSentence(turn.state, outcome, why)
  const { kind } = turn.state.phase
  const quiet = forgetPending(turn)
  if (kind === 'new' || kind === 'securing') return finish(quiet, outcome, sentence)
  return takeBack(toPhase(quiet, { kind: 'aborting', stage: 'weights', outcome, sentence }))
}

function outcomeSentence(state: RolloutState, outcome: 'aborted' | 'failed', why: Sentence): Sentence {
  const { release, environment } = state.input
  const reason = { en: why.en.replace(/\.$/, ''), zh: why.zh.replace(/。$/, '') }
  return outcome === 'aborted'
    ? {
        en: `Release ${release.version} was taken back from ${environment.name}: ${reason.en}.`,
        zh: `版本 ${release.version} 已从 ${environment.name} 撤回：${reason.zh}。`,
      }
    : {
        en: `Release ${release.version} could not be deployed to ${environment.name}: ${reason.en}.`,
        zh: `版本 ${release.version} 未能部署到 ${environment.name}：${reason.zh}。`,
      }
}

/** Puts all the weight back; a serving release that died meanwhile is started again first. */
export function takeBack(turn: Turn): Turn {
  const { phase, secured, instances, generation } = turn.state
  if (phase.kind !== 'aborting') return turn
  const { stable } = instances
  if (secured && stable?.status === 'lost' && phase.stage !== 'restoring') {
    const { instanceId, role, releaseDigest } = stable
    const restoring = toPhase(patchInstance(turn, 'stable', { status: 'starting', port: null, pid: null }), {
      ...phase,
      stage: 'restoring',
    })
    const start = { kind: 'start-instance', instanceId, role, releaseDigest } as const
    return ask(restoring, `aborting-${generation}/start-instance/stable`, start)
  }
  const shares = isHealthy(turn.state, 'stable') ? { stable: 100 } : {}
  return askWeights(toPhase(turn, { ...phase, stage: 'weights' }), 'aborting', shares)
}

/** The router has confirmed it: now the candidate may go. */
export function afterTakenBack(turn: Turn): Turn {
  const { phase } = turn.state
  if (phase.kind !== 'aborting') return turn
  return stopAll(toPhase(turn, { ...phase, stage: 'stopping' }), 'aborting', ['candidate', 'baseline'])
}
