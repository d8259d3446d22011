import { SluiceError } from '@sluice/kernel'
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
    const changed = decision.commands.length > 0 || !isSame(decision.state, before)
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

/** A step copies jobs and gates, and changes their fields, never what these hold. */
function isSame(state: RunState, before: RunState): boolean {
  const { jobs, gates, ...rest } = state
  const names = Object.keys(jobs)
  return (
    sameFields(rest, before) &&
    names.length === Object.keys(before.jobs).length &&
    names.every((name) => sameFields(jobs[name], before.jobs[name])) &&
    gates.length === before.gates.length &&
    gates.every((gate, index) => sameFields(gate, before.gates[index]))
  )
}

function sameFields(one: object | undefined, other: object | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return Object.entries(one).every(([key, value]) => value === (other as Record<string, unknown>)[key])
}
