import type { RolloutState } from './rollout.ts'
import { strategyOf } from './strategy-of.ts'

/** When a `tick` is wanted at the latest, in milliseconds since 1970; `null` for not at all. */
export function deadlineOf(state: RolloutState): number | null {
  const { phase } = state
  const { analysis } = strategyOf(state.input)
  if (phase.kind !== 'stepping' || phase.sinceMs === null || analysis === null) return null
  return phase.sinceMs + analysis.timeoutMs
}
