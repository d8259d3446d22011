import type { StrategyPolicy } from '@sluice/contracts/policy'
import type { Strategy } from '../strategy.ts'
import { promoted } from './sentences.ts'

/** Weight by weight, judged at each. */
export function canary(policy: Extract<StrategyPolicy, { kind: 'canary' }>): Strategy {
  return {
    steps: policy.steps,
    analysis: policy.analysis,
    // With 100 as the only step nobody else gets requests that could be compared.
    baseline: policy.steps.some((weight) => weight < 100),
    promoted,
  }
}
