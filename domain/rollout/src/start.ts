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

/** Only what is named: a caller's row may hold more, and the state is stored at every event. */
function plainInput(input: RolloutInput): RolloutInput {
  const { deploymentId, environment, previous } = input
  const { id, version, digest } = input.release
  const { name, port, generation } = input.site
  return {
    deploymentId,
    environment,
    release: { id, version, digest },
    previous: previous && {
      id: previous.id,
      version: previous.version,
      digest: previous.digest,
      instanceId: previous.instanceId,
      environment: previous.environment,
    },
    site: { name, port, generation },
  }
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
    input: plainInput(input),
    phase: { kind: 'new' },
    comparedWith: 'nothing',
    secured: false,
    verified: false,
    instances: stable === null ? {} : { stable },
    generation: input.site.generation,
    exercise: 'off',
    lastStable: null,
    lastJudgement: null,
    pending: [],
  }
}
