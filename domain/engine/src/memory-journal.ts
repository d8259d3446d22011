import { canonicalJson, SluiceError } from '@sluice/kernel'
import { decide } from './decide.ts'
import type { Journal, JournalStep } from './ports.ts'
import type { RunEvent, RunState } from './run-state.ts'

/** Keeps runs in memory: for the command line and for tests. What is kept ends with the process. */
export class MemoryJournal implements Journal {
  readonly #runs = new Map<string, RunState>()

  async create(state: RunState): Promise<void> {
    if (this.#runs.has(state.runId)) {
      throw new SluiceError('ENGINE_RUN_EXISTS', `Cannot create run "${state.runId}": a run of that id exists`)
    }
    this.#runs.set(state.runId, state)
  }

  async load(runId: string): Promise<RunState> {
    return this.#find(runId)
  }

  async step(runId: string, event: RunEvent, nowMs: number): Promise<JournalStep> {
    const before = this.#find(runId)
    const decision = decide(before, event, nowMs)
    const changed = decision.commands.length > 0 || canonicalJson(decision.state) !== canonicalJson(before)
    this.#runs.set(runId, decision.state)
    return { ...decision, changed }
  }

  #find(runId: string): RunState {
    const run = this.#runs.get(runId)
    if (!run)
      throw new SluiceError('ENGINE_RUN_UNKNOWN', `Cannot load run "${runId}": the journal holds no such run`, {
        status: 404,
      })
    return run
  }
}
