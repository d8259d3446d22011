/**
 * The canary judge: two readings and a policy in, a judgement out. Deterministic, and honest about small samples:
 *
 * 1. Few requests are never a pass. Below `minRequests` the answer is `inconclusive`, or an early `fail` where at
 *    least 20 requests show what chance explains with less than 1 in 1,000.
 * 2. An error rate above the other version's by more than the policy allows fails only where Fisher's exact test,
 *    one-sided, gives less than 1 in 100; else it is `inconclusive`: more requests decide.
 * 3. The limit `maxErrorRate` needs no test once there are enough requests.
 * 4. More errors of the canary never turn a `fail` into anything else.
 */
import type { Judgement } from '@sluice/contracts/events'
import type { AnalysisPolicy } from '@sluice/contracts/policy'
import type { ComparedWith, Sentence } from '../rollout.ts'
import {
  earlyIncreaseFault,
  earlyLimitFault,
  errorIncrease,
  increaseFault,
  latencyFault,
  limitFault,
  tooFew,
} from './faults.ts'
import { metricsOf } from './metrics.ts'
import type { Reading } from './reading.ts'
import { judgementSentence } from './sentence.ts'

/** What is compared. The readings are differences: requests during the analysis only. */
export interface Comparison {
  stable: Reading
  canary: Reading
  /** Default `stable`. With `nothing` the reading `stable` is not looked at. */
  comparedWith?: ComparedWith
}

interface Finding {
  result: Judgement['result']
  reasons: Sentence[]
}

const present = (reasons: (Sentence | null)[]): Sentence[] => reasons.filter((reason) => reason !== null)

/** Says whether the canary may go on. */
export function judge(comparison: Comparison, policy: AnalysisPolicy): Judgement {
  const comparedWith = comparison.comparedWith ?? 'stable'
  const stable = metricsOf(comparison.stable)
  const canary = metricsOf(comparison.canary)
  const other = comparedWith === 'nothing' ? null : stable
  const { result, reasons } = find(other, canary, policy)
  const sentence = judgementSentence(result, { stable: other, canary, comparedWith }, reasons)
  return { result, stable, canary, sentence }
}

function find(stable: Judgement['stable'] | null, canary: Judgement['canary'], policy: AnalysisPolicy): Finding {
  const increase = stable === null ? null : errorIncrease(stable, canary, policy)
  const early = present([
    earlyLimitFault(canary, policy),
    increase === null ? null : earlyIncreaseFault(increase, canary),
  ])
  if (early.length > 0) return { result: 'fail', reasons: early }
  const few = tooFew(stable, canary, policy)
  if (few !== null) return { result: 'inconclusive', reasons: [few] }
  const faults = present([
    limitFault(canary, policy),
    increase === null ? null : increaseFault(increase),
    stable === null ? null : latencyFault(stable, canary, policy),
  ])
  if (faults.length > 0) return { result: 'fail', reasons: faults }
  if (increase?.tooHigh) return { result: 'inconclusive', reasons: [increase.reason] }
  return { result: 'pass', reasons: [] }
}
