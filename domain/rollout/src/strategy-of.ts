import { canary } from './canary/strategy.ts'
import { recreate } from './recreate/strategy.ts'
import type { RolloutInput } from './rollout.ts'
import type { Strategy } from './strategy.ts'

/** The strategy that the environment's policy names. */
export function strategyOf(input: RolloutInput): Strategy {
  const { strategy } = input.environment
  return strategy.kind === 'canary' ? canary(strategy) : recreate()
}
