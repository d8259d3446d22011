/** What can be wrong with a canary, one function a rule. Each gives the reason, or `null` where the rule is kept. */
import type { VersionMetrics } from '@sluice/contracts/events'
import type { AnalysisPolicy } from '@sluice/contracts/policy'
import type { Sentence } from '../rollout.ts'
import { binomialGreater, fisherGreater } from './exact-test.ts'
import { milliseconds, number, percent, probability } from './figures.ts'
import { latencyQuantileMs, requestsAbove } from './quantile.ts'
import type { Reading } from './reading.ts'

/** Significance that a higher error rate needs to fail a step … */
const alpha = 0.01
/** … and to fail it before there are enough requests, so that few customers meet a version that is plainly bad. */
const alphaEarly = 0.001
const earlyRequestsMin = 20

const rate = (version: VersionMetrics): number => version.errorRate ?? 0

/** Above the limit that holds whatever the other version does. */
export function limitFault(canary: VersionMetrics, policy: AnalysisPolicy): Sentence | null {
  if (rate(canary) <= policy.maxErrorRate) return null
  const is = percent(rate(canary))
  const limit = percent(policy.maxErrorRate)
  return { en: `its error rate ${is} is above the limit of ${limit}`, zh: `错误率 ${is} 高于上限 ${limit}` }
}

/** The same limit, long before enough requests: only where chance can hardly explain it. */
export function earlyLimitFault(canary: VersionMetrics, policy: AnalysisPolicy): Sentence | null {
  if (canary.requests < earlyRequestsMin) return null
  if (binomialGreater(canary.errors, canary.requests, policy.maxErrorRate) >= alphaEarly) return null
  return limitFault(canary, policy)
}

/** How much worse than the other version, and how likely by chance. */
interface Increase {
  tooHigh: boolean
  pValue: number
  reason: Sentence
}

export function errorIncrease(stable: VersionMetrics, canary: VersionMetrics, policy: AnalysisPolicy): Increase {
  const pValue = fisherGreater(canary, stable)
  const by = percent(rate(canary) - rate(stable))
  const limit = percent(policy.maxErrorRateIncrease)
  return {
    tooHigh: stable.requests > 0 && rate(canary) > rate(stable) + policy.maxErrorRateIncrease,
    pValue,
    reason: {
      en: `its error rate is ${by} above the other's, at most ${limit} is allowed (${probability(pValue)} by chance)`,
      zh: `错误率比对照版本高 ${by}，最多允许 ${limit}（偶然出现的概率 ${probability(pValue)}）`,
    },
  }
}

/** An increase that chance hardly explains. */
export function increaseFault(increase: Increase): Sentence | null {
  return increase.tooHigh && increase.pValue < alpha ? increase.reason : null
}

export function earlyIncreaseFault(increase: Increase, canary: VersionMetrics): Sentence | null {
  if (canary.requests < earlyRequestsMin) return null
  return increase.tooHigh && increase.pValue < alphaEarly ? increase.reason : null
}

/** A 95th percentile above the other's by more than the policy allows, and how likely that is by chance. */
interface Slowness {
  pValue: number
  reason: Sentence
}

/** `null` where the canary is not too slow. */
export function slowness(stable: Reading, canary: Reading, policy: AnalysisPolicy): Slowness | null {
  const stableMs = latencyQuantileMs(stable, 0.95)
  const canaryMs = latencyQuantileMs(canary, 0.95)
  if (stableMs === null || canaryMs === null) return null
  const limitMs = Math.max(stableMs * policy.maxLatencyP95Ratio, stableMs + policy.minLatencyDifferenceMs)
  if (canaryMs <= limitMs) return null
  // Were the limit the canary's 95th percentile, one in twenty of its requests would be above it.
  const pValue = binomialGreater(Math.floor(requestsAbove(canary, limitMs)), canary.requests, 0.05)
  const ratio = number(policy.maxLatencyP95Ratio)
  return {
    pValue,
    reason: {
      en: `its 95th percentile of latency, ${milliseconds(canaryMs)} ms, is more than ${ratio} times the other's ${milliseconds(stableMs)} ms (${probability(pValue)} by chance)`,
      zh: `P95 延迟 ${milliseconds(canaryMs)} 毫秒，超过对照版本 ${milliseconds(stableMs)} 毫秒的 ${ratio} 倍（偶然出现的概率 ${probability(pValue)}）`,
    },
  }
}

/**
 * Slower than chance explains, both measured at the same time. Measured one after the other, the load of the machine
 * may be the reason: that never fails a step at once, it only keeps it from passing.
 */
export function latencyFault(slow: Slowness | null, isSameTime: boolean): Sentence | null {
  return slow !== null && isSameTime && slow.pValue < alpha ? slow.reason : null
}

/** Too few requests to either version to say anything. */
export function tooFew(stable: VersionMetrics | null, canary: VersionMetrics, policy: AnalysisPolicy): Sentence | null {
  const least = stable === null ? canary.requests : Math.min(stable.requests, canary.requests)
  if (least >= policy.minRequests) return null
  return {
    en: `too few requests to decide: ${number(least)} where ${number(policy.minRequests)} are needed`,
    zh: `请求太少，无法判断：只有 ${number(least)} 个，至少需要 ${number(policy.minRequests)} 个`,
  }
}
