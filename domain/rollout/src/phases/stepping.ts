/** One weight: asked for, then observed until the judge decides or the time is over. */
import type { Judgement } from '@sluice/contracts/events'
import type { AnalysisPolicy } from '@sluice/contracts/policy'
import type { BackendCounters } from '@sluice/contracts/router'
import { unreachable } from '@sluice/kernel'
import { giveUp } from '../abort.ts'
import { deadlineOf } from '../deadline.ts'
import { judge, type Comparison } from '../judge/judge.ts'
import { difference, emptyReading, readingOf, type Reading } from '../judge/reading.ts'
import type { RolloutPhase, RolloutState, Sentence } from '../rollout.ts'
import { strategyOf } from '../strategy-of.ts'
import { ask, patch, record, toPhase, type Turn } from '../turn.ts'
import { askWeights, otherRole, stepShares } from '../weights.ts'
import { exerciseIdOf } from './ending.ts'
import { enterHandingOver } from './retiring.ts'

type Stepping = Extract<RolloutPhase, { kind: 'stepping' }>

/** Time between two readings. */
const observeEveryMs = 1000

export function enterStep(turn: Turn, index: number): Turn {
  const weight = strategyOf(turn.state.input).steps[index]
  if (weight === undefined) return enterHandingOver(turn)
  const phase: Stepping = { kind: 'stepping', index, weight, sinceMs: null, base: null, readings: 0 }
  return askWeights(toPhase(turn, phase), `step-${weight}`, stepShares(turn.state, weight))
}

/** The router has the weight. */
export function onStepWeightsSet(turn: Turn, phase: Stepping, nowMs: number): Turn {
  const { deploymentId, environment } = turn.state.input
  const payload = { deploymentId, environment: environment.name, weight: phase.weight }
  const stepped = record(turn, `stepped/${phase.weight}`, { kind: 'rollout.stepped', payload })
  if (strategyOf(turn.state.input).analysis === null) return enterStep(stepped, phase.index + 1)
  return observe(exercise(toPhase(stepped, { ...phase, sinceMs: nowMs })), 0)
}

/** Sees to it that requests come, where the policy names a program for that. */
export function exercise(turn: Turn): Turn {
  const { input, exercise } = turn.state
  if (exercise === 'on' || input.environment.target.exercise === undefined) return turn
  return ask(patch(turn, { exercise: 'on' }), 'exercise/start-exercise', {
    kind: 'start-exercise',
    exerciseId: exerciseIdOf(turn.state),
    releaseDigest: input.release.digest,
    siteName: input.site.name,
  })
}

function observe(turn: Turn, afterMs: number): Turn {
  const { phase, input } = turn.state
  if (phase.kind !== 'stepping') return turn
  const siteName = input.site.name
  return ask(turn, `step-${phase.weight}/observe/${phase.readings}`, { kind: 'observe', siteName, afterMs })
}

export function onObserved(turn: Turn, counters: BackendCounters[], nowMs: number): Turn {
  const { phase, input } = turn.state
  const { analysis } = strategyOf(input)
  if (phase.kind !== 'stepping' || analysis === null) return turn
  const readings: Record<string, Reading> = {}
  for (const counter of counters) readings[counter.id] = readingOf(counter)
  const comparison = phase.base === null ? null : compare(turn.state, phase, phase.base, readings)
  const next = toPhase(turn, { ...phase, base: phase.base ?? readings, readings: phase.readings + 1 })
  if (comparison !== null) return onJudged(next, comparison, analysis, nowMs)
  // The first reading of the step, or counters that began anew: count from here.
  return observe(toPhase(next, { ...phase, base: readings, readings: phase.readings + 1 }), observeEveryMs)
}

/** What came to both versions since the step began; `null` where the counters began anew. */
function compare(
  state: RolloutState,
  phase: Stepping,
  base: Record<string, Reading>,
  readings: Record<string, Reading>,
): Comparison | null {
  const since = (instanceId: string | undefined): Reading | null => {
    const id = instanceId ?? ''
    return difference(readings[id] ?? emptyReading, base[id] ?? emptyReading)
  }
  const canary = since(state.instances.candidate?.instanceId)
  if (canary === null) return null
  if (phase.weight === 100) {
    const comparedWith = state.lastStable === null ? 'nothing' : state.comparedWith
    return { canary, stable: state.lastStable ?? emptyReading, comparedWith, isSameTime: false }
  }
  const other = otherRole(state)
  const stable = since(other === null ? undefined : state.instances[other]?.instanceId)
  return stable === null ? null : { canary, stable, comparedWith: state.comparedWith }
}

function onJudged(turn: Turn, comparison: Comparison, analysis: AnalysisPolicy, nowMs: number): Turn {
  const { phase } = turn.state
  if (phase.kind !== 'stepping') return turn
  const judgement = judge(comparison, analysis)
  const judged = patch(turn, { lastJudgement: judgement })
  switch (judgement.result) {
    case 'pass': {
      const lastStable = phase.weight === 100 ? judged.state.lastStable : comparison.stable
      return enterStep(patch(recordJudged(judged, phase.weight, judgement), { lastStable }), phase.index + 1)
    }
    case 'fail':
      return giveUp(recordJudged(judged, phase.weight, judgement), 'aborted', atStep(phase.weight, judgement.sentence))
    case 'inconclusive':
      return nowMs >= (deadlineOf(judged.state) ?? Infinity) ? timeOver(judged, phase) : observe(judged, observeEveryMs)
    default:
      return unreachable(judgement.result)
  }
}

function recordJudged(turn: Turn, weight: number, judgement: Judgement): Turn {
  const { deploymentId, environment } = turn.state.input
  const payload = { deploymentId, environment: environment.name, weight, judgement }
  return record(turn, `judged/${weight}`, { kind: 'rollout.judged', payload })
}

export function onTick(turn: Turn, nowMs: number): Turn {
  const { phase } = turn.state
  const deadlineMs = deadlineOf(turn.state)
  return phase.kind === 'stepping' && deadlineMs !== null && nowMs >= deadlineMs ? timeOver(turn, phase) : turn
}

/** Inconclusive to the end is not a pass. */
function timeOver(turn: Turn, phase: Stepping): Turn {
  const { lastJudgement, input } = turn.state
  const seconds = (strategyOf(input).analysis?.timeoutMs ?? 0) / 1000
  // The last judgement may be that of the step before.
  const mine = lastJudgement?.result === 'inconclusive' ? lastJudgement : null
  const recorded = mine === null ? turn : recordJudged(turn, phase.weight, mine)
  return giveUp(recorded, 'aborted', {
    en: `at ${phase.weight} % no decision within ${seconds} s. ${mine?.sentence.en ?? 'The counters could not be read twice.'}`,
    zh: `在 ${phase.weight}% 时，${seconds} 秒内无法作出判断。${mine?.sentence.zh ?? '未能两次读取计数。'}`,
  })
}

const atStep = (weight: number, sentence: Sentence): Sentence => ({
  en: `at ${weight} % of the requests the judge said: ${sentence.en}`,
  zh: `在 ${weight}% 流量时的判断：${sentence.zh}`,
})
