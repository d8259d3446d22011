import type { Decision, RunEvent, RunState } from './run-state.ts'

/** What one step did: the state after it and the commands to carry out. */
export interface JournalStep extends Decision {
  /** False when the event changed nothing (a repeat, a late writer). */
  changed: boolean
}

/**
 * Where runs are kept.
 *  - Steps of one run happen one after the other, in the order in which they were taken; steps of different runs are
 *    independent.
 *  - `step` returns only after the state that it leads to is kept; when it throws, nothing of it is.
 *  - Repeating an event is harmless (the engine's rule E5), so a caller that got no answer may ask again.
 */
export interface Journal {
  /** @throws SluiceError ENGINE_RUN_EXISTS */
  create(state: RunState): Promise<void>
  /** @throws SluiceError ENGINE_RUN_UNKNOWN */
  load(runId: string): Promise<RunState>
  /** @throws SluiceError ENGINE_RUN_UNKNOWN */
  step(runId: string, event: RunEvent, nowMs: number): Promise<JournalStep>
}
