import type { Plan } from '@sluice/contracts/plan'
import { seededChance, type Chance } from '@sluice/kernel'
import { createRunState } from '../src/create-run-state.ts'
import { decide } from '../src/decide.ts'
import { decideResourceGroup } from '../src/resource-group/decide-resource-group.ts'
import { newResourceGroup, type ResourceGroup, type ResourceGroupEvent } from '../src/resource-group/resource-group.ts'
import type { RunCommand, RunEvent, RunState } from '../src/run-state.ts'

/** One event that a run took. */
export interface SimulatedStep {
  before: RunState
  event: RunEvent
  atMs: number
  after: RunState
  commands: RunCommand[]
}

export interface SimulatedRequest {
  plan: Plan
  gates: { name: string; after: string }[]
  /** Decides what the world does, and in which order. */
  seed: number
  /** Whether somebody cancels the run, at some time. */
  isCanceled: boolean
  /** Whether a newer commit comes, at some time. */
  isOutdated?: boolean
}

const mostSteps = 2000
const ownRun = { runId: 'run', runNumber: 1 }

/**
 * Runs a plan in a world of chance until nothing is left to happen: jobs end as they like, what happened is told in any
 * order and now and then twice or late, people start jobs, or do not. A job that holds the run up is started in the end.
 * @returns every step in order
 * @throws Error when it does not end
 */
export function simulateRun(request: SimulatedRequest): SimulatedStep[] {
  return new SimulatedWorld(request).run()
}

class SimulatedWorld {
  readonly #chance: Chance
  readonly #isCanceled: boolean
  readonly #isOutdated: boolean
  readonly #groups = new Map<string, ResourceGroup>()
  #state: RunState
  /** What will be told. */
  readonly #open: RunEvent[] = [{ kind: 'run.begun' }]
  readonly #steps: SimulatedStep[] = []

  constructor({ plan, gates, seed, isCanceled, isOutdated = false }: SimulatedRequest) {
    this.#chance = seededChance(seed)
    this.#isCanceled = isCanceled
    this.#isOutdated = isOutdated
    this.#state = createRunState('run', plan, gates)
  }

  run(): SimulatedStep[] {
    this.#take(this.#open.splice(0, 1))
    if (this.#isCanceled) this.#open.push({ kind: 'run.cancel-requested', payload: { reason: 'somebody said so' } })
    if (this.#isOutdated) this.#open.push({ kind: 'run.outdated', payload: { byRunNumber: 2 } })
    do {
      while (this.#open.length > 0) this.#take(this.#open.splice(this.#below(this.#open.length), 1))
      this.#startWhatHoldsUp()
    } while (this.#open.length > 0)
    return this.#steps
  }

  #take([event]: RunEvent[]): void {
    if (event === undefined) return
    const [before, atMs] = [this.#state, this.#steps.length * 1000]
    const { state, commands } = decide(before, event, atMs)
    this.#steps.push({ before, event, atMs, after: state, commands })
    if (this.#steps.length > mostSteps) throw new Error(`the run goes on after ${mostSteps} steps`)
    this.#state = state
    for (const command of commands) this.#follow(command)
    this.#startSome(before)
    const isRepeated = this.#steps.length < mostSteps / 2 && this.#chance.next() < 0.15
    if (isRepeated) this.#open.push(this.#steps[this.#below(this.#steps.length)]?.event ?? event)
  }

  #follow(command: RunCommand): void {
    switch (command.kind) {
      case 'offer-job':
        if (this.#chance.next() < 0.7) this.#open.push(startOf(command))
        this.#open.push(this.#endOf(command))
        return
      case 'cancel-job':
        this.#open.push(endOf(command, 'canceled', null, null))
        return
      case 'wake':
        this.#open.push({ kind: 'job.due', payload: { job: command.job } })
        return
      case 'decide-gate':
        this.#open.push({
          kind: 'gate.decided',
          payload: { gate: command.gate, decision: this.#chance.next() < 0.3 ? 'closed' : 'open' },
        })
        return
      case 'claim-resource': {
        const { job, attempt, state } = command
        this.#stepGroup(command.group, { kind: 'claimed', claim: { ...ownRun, job, attempt, state } })
        return
      }
      case 'release-resource':
        this.#stepGroup(command.group, { kind: 'released', ...ownRun, job: command.job })
        return
      default:
    }
  }

  #stepGroup(name: string, event: ResourceGroupEvent): void {
    const { group, granted } = decideResourceGroup(this.#groups.get(name) ?? newResourceGroup, event)
    this.#groups.set(name, group)
    if (granted === null) return
    const { job, attempt } = granted
    this.#open.push({ kind: 'resource.granted', payload: { job, attempt } })
  }

  #endOf(attempt: { job: string; attempt: number }): RunEvent {
    if (this.#chance.next() < 0.6) return endOf(attempt, 'success', null, 0)
    if (this.#chance.next() < 0.3) return endOf(attempt, 'failed', 'runner_system_failure', null)
    return endOf(attempt, 'failed', 'script_failure', 1 + this.#below(3))
  }

  /** A person starts half of the jobs that began to wait for one. */
  #startSome(before: RunState): void {
    for (const { name, status } of Object.values(this.#state.jobs)) {
      const isNew = status === 'manual' && before.jobs[name]?.status !== 'manual'
      if (isNew && this.#chance.next() < 0.5) this.#open.push({ kind: 'job.played', payload: { job: name } })
    }
  }

  #startWhatHoldsUp(): void {
    if (this.#state.status !== 'running') return
    for (const { name, status, allowFailure } of Object.values(this.#state.jobs))
      if (status === 'manual' && allowFailure !== true) this.#open.push({ kind: 'job.played', payload: { job: name } })
  }

  #below(count: number): number {
    return Math.floor(this.#chance.next() * count)
  }
}

function startOf({ job, attempt }: { job: string; attempt: number }): RunEvent {
  return { kind: 'job.started', payload: { job, attempt, runnerId: 'r', isolation: 'uid' } }
}

type JobEnd = Extract<RunEvent, { kind: 'job.finished' }>['payload']

function endOf(
  { job, attempt }: { job: string; attempt: number },
  outcome: JobEnd['outcome'],
  reason: JobEnd['reason'],
  exitCode: number | null,
): RunEvent {
  return { kind: 'job.finished', payload: { job, attempt, outcome, reason, exitCode } }
}
