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

/** As it is after it was stored. */
export const stored = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
