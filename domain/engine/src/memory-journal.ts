import { canonicalJson, SluiceError } from '@sluice/kernel'
import { decide } from './decide.ts'
import type { Journal, JournalStep } from './ports.ts'
import type { RunEvent, RunState } from './run-state.ts'

/** Keeps runs in memory: for the command line and for tests. What is kept ends with the process. */
export class MemoryJournal implements Journal {
  readonly #runs = new Map<string, { state: RunState; events: { event: RunEvent; atMs: number }[] }>()
  readonly #listeners = new Set<(runId: string) => void>()

  async create(state: RunState): Promise<void> {
    if (this.#runs.has(state.runId)) {
      throw new SluiceError('ENGINE_RUN_EXISTS', `Cannot create run "${state.runId}": a run of that id exists`)
    }
    this.#runs.set(state.runId, { state, events: [] })
  }

  async load(runId: string): Promise<RunState> {
    return this.#find(runId).state
  }

  async step(runId: string, event: RunEvent, nowMs: number): Promise<JournalStep> {
    const run = this.#find(runId)
    const decision = decide(run.state, event, nowMs)
    const changed = decision.commands.length > 0 || canonicalJson(decision.state) !== canonicalJson(run.state)
    run.state = decision.state
    run.events.push({ event, atMs: nowMs })
    for (const listener of this.#listeners) listener(runId)
    return { ...decision, changed }
  }

  async history(runId: string): Promise<{ event: RunEvent; atMs: number }[]> {
    return [...this.#find(runId).events]
  }

  onChange(listener: (runId: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #find(runId: string): { state: RunState; events: { event: RunEvent; atMs: number }[] } {
    const run = this.#runs.get(runId)
    if (!run)
      throw new SluiceError('ENGINE_RUN_UNKNOWN', `Cannot load run "${runId}": the journal holds no such run`, {
        status: 404,
      })
    return run
  }
}
