import { SluiceError } from '@sluice/kernel'
import type { InstanceState, RolloutInput, RolloutState } from './rollout.ts'
import { strategyOf } from './strategy-of.ts'

function checkSteps(input: RolloutInput): void {
  const { steps } = strategyOf(input)
  const rising = steps.every((weight, index) => index === 0 || weight > (steps[index - 1] ?? 100))
  if (rising && steps.at(-1) === 100) return
  throw new SluiceError(
    'ROLLOUT_STEPS_INVALID',
    `Cannot roll out to "${input.environment.name}": its steps are ${steps.join(', ')}; wanted rising weights that end with 100`,
    { status: 422 },
  )
}

function stableInstance(input: RolloutInput): InstanceState | null {
  if (input.previous === null) return null
  const { instanceId, digest } = input.previous
  return { instanceId, role: 'stable', releaseDigest: digest, port: null, pid: null, status: 'starting' }
}

/**
 * A rollout that has not begun. Nothing happens before the event `begun`.
 * @throws SluiceError `ROLLOUT_STEPS_INVALID`
 */
export function start(input: RolloutInput): RolloutState {
  checkSteps(input)
  const stable = stableInstance(input)
  return {
    version: 1,
    input,
    phase: { kind: 'new' },
    comparedWith: 'nothing',
    secured: false,
    instances: stable === null ? {} : { stable },
    generation: input.site.generation,
    exercise: 'off',
    lastStable: null,
    lastJudgement: null,
    pending: [],
  }
}
