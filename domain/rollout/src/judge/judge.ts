/**
 * The canary judge: two readings and a policy in, a judgement out. Deterministic, and honest about small samples:
 *
 * 1. Few requests are never a pass. Below `minRequests` the answer is `inconclusive`, or an early `fail` where at
 *    least 20 requests show what chance explains with less than 1 in 1,000.
 * 2. An error rate above the other version's by more than the policy allows fails only where Fisher's exact test,
 *    one-sided, gives less than 1 in 100; else it is `inconclusive`: more requests decide.
 * 3. The limit `maxErrorRate` needs no test once there are enough requests.
 * 4. A latency above the other version's by more than the policy allows fails only where both were measured at the same
 *    time and chance (exact binomial test, one-sided) explains it with less than 1 in 100; else it is `inconclusive`.
 * 5. More errors of the canary never turn a `fail` into anything else.
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
  slowness,
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
  /** Whether both readings are of the same time, under the same load. Default `true`. */
  isSameTime?: boolean
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
  const slow = other === null ? null : slowness(comparison.stable, comparison.canary, policy)
  const { result, reasons } = find({ stable: other, canary, slow, isSameTime: comparison.isSameTime ?? true }, policy)
  const sentence = judgementSentence(result, { stable: other, canary, comparedWith }, reasons)
  return { result, stable, canary, sentence }
}

interface Figures {
  stable: Judgement['stable'] | null
  canary: Judgement['canary']
  slow: ReturnType<typeof slowness>
  isSameTime: boolean
}

function find({ stable, canary, slow, isSameTime }: Figures, policy: AnalysisPolicy): Finding {
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
    latencyFault(slow, isSameTime),
  ])
  if (faults.length > 0) return { result: 'fail', reasons: faults }
  const doubts = present([increase?.tooHigh ? increase.reason : null, slow?.reason ?? null])
  return { result: doubts.length > 0 ? 'inconclusive' : 'pass', reasons: doubts }
}
