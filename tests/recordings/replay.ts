/** What a recording holds, and how it is played again. */
import { createRunState, decide, type RunEvent, type RunState } from '@sluice/engine'
import type { Plan } from '@sluice/contracts/plan'
import { advance, start, type RolloutEvent, type RolloutInput, type RolloutState } from '@sluice/rollout'

/** The journal of a run: what happened when, and what the engine of that version made of it. */
export interface RunRecording {
  version: 1
  plan: Plan
  gates: { name: string; after: string }[]
  steps: { atMs: number; event: RunEvent; commands: unknown[]; state: RunState }[]
}

export interface RolloutRecording {
  version: 1
  input: RolloutInput
  steps: { atMs: number; event: RolloutEvent; commands: unknown[]; state: RolloutState }[]
}

/** What today's engine makes of the same events. Each step begins at the recorded state: states are kept for days. */
export function replayRun({ plan, gates, steps }: RunRecording): RunRecording['steps'] {
  const first = createRunState('recorded', plan, gates)
  return steps.map(({ atMs, event }, index) => ({ atMs, event, ...decide(steps[index - 1]?.state ?? first, event, atMs) }))
}

export function replayRollout({ input, steps }: RolloutRecording): RolloutRecording['steps'] {
  const first = start(input)
  return steps.map(({ atMs, event }, index) => ({
    atMs,
    event,
    ...advance(steps[index - 1]?.state ?? first, event, atMs),
  }))
}

/**
 * A state of a rollout as version 1 kept it, in the shape of today: what serves was run by the new policy, as the
 * migration that came with the change has it, and nobody had noted whether something of the release ran.
 */
export function fromVersion1(state: RolloutState): RolloutState {
  const { environment, previous } = state.input
  return {
    ...state,
    input: { ...state.input, previous: previous === null ? null : { ...previous, environment } },
    verified: state.instances.candidate?.pid != null,
  }
}

/** As it is after it was stored. */
export const stored = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
