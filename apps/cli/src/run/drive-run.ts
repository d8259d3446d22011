import type { IsolationLevel } from '@sluice/contracts/evidence'
import type { Plan, PlanJob, RetryReason } from '@sluice/contracts/plan'
import {
  createRunState,
  MemoryJournal,
  type ResourceClaim,
  type RunCommand,
  type RunEvent,
  type RunState,
} from '@sluice/engine'
import { unreachable, type Clock } from '@sluice/kernel'
import { LocalResourceGroups } from './local-resource-groups.ts'

/** How one attempt of a job ended. */
export interface AttemptEnd {
  outcome: 'success' | 'failed' | 'canceled'
  reason: RetryReason | null
  exitCode: number | null
  /** The disk that it ran on had no room meanwhile. */
  isDiskFull?: boolean
}

/** What the engine's commands are carried out by. */
export interface RunHands {
  /** Runs one attempt to its end; stops early when the signal comes. Rejects only for a fault of this program. */
  runJob(job: PlanJob, attempt: number, signal: AbortSignal): Promise<AttemptEnd>
  decideGate(gate: string): Promise<'open' | 'closed'>
}

export interface DriveRequest {
  runId: string
  plan: Plan
  gates: { name: string; after: string }[]
  isolationOf: (job: PlanJob) => IsolationLevel
  /** Jobs at once. */
  concurrency: number
  clock: Clock
  signal: AbortSignal
}

/**
 * Runs a plan in this process: the engine decides, the hands do.
 * @returns the state in which nothing is left to do; it is `running` where a manual job still waits for a person
 */
export async function driveRun(request: DriveRequest, hands: RunHands): Promise<RunState> {
  return new Drive(request, hands).run()
}

class Drive {
  readonly #request: DriveRequest
  readonly #hands: RunHands
  readonly #journal = new MemoryJournal()
  readonly #groups = new LocalResourceGroups()
  readonly #end = Promise.withResolvers<RunState>()
  /** Offered attempts for which there is no room yet. */
  #offers: { job: string; attempt: number }[] = []
  readonly #live = new Map<string, AbortController>()
  readonly #timers = new Set<NodeJS.Timeout>()
  /** Events not taken yet, gates not decided yet. */
  #open = 0
  #steps: Promise<void> = Promise.resolve()

  constructor(request: DriveRequest, hands: RunHands) {
    this.#request = request
    this.#hands = hands
  }

  async run(): Promise<RunState> {
    const { runId, plan, gates, signal } = this.#request
    const cancel = (): void => this.#tell({ kind: 'run.cancel-requested', payload: { reason: 'interrupted' } })
    await this.#journal.create(createRunState(runId, plan, gates))
    signal.addEventListener('abort', cancel)
    this.#tell({ kind: 'run.begun' })
    if (signal.aborted) cancel()
    try {
      return await this.#end.promise
    } finally {
      signal.removeEventListener('abort', cancel)
      for (const timer of this.#timers) clearTimeout(timer)
    }
  }

  /** Takes an event after those before it. */
  #tell(event: RunEvent): void {
    this.#open += 1
    const before = this.#steps
    this.#steps = this.#take(event, before).catch((error: unknown) => this.#end.reject(error))
  }

  async #take(event: RunEvent, before: Promise<void>): Promise<void> {
    await before
    const { state, commands } = await this.#journal.step(this.#request.runId, event, this.#request.clock.now())
    this.#open -= 1
    // Only now is its place free: its end may cancel what would begin there.
    if (event.kind === 'job.finished') this.#live.delete(event.payload.job)
    for (const command of commands) this.#carryOut(command)
    this.#startOffered()
    const isIdle = this.#open + this.#live.size + this.#offers.length + this.#timers.size === 0
    if (isIdle) this.#end.resolve(state)
  }

  #carryOut(command: RunCommand): void {
    switch (command.kind) {
      case 'offer-job':
        this.#offers.push(command)
        return
      case 'cancel-job':
        return this.#cancel(command.job, command.attempt)
      case 'wake':
        return this.#wake(command.job, command.atMs)
      case 'decide-gate':
        void this.#decide(command.gate)
        return
      case 'claim-resource':
      case 'release-resource':
        return this.#grant(this.#groups.take(command))
      case 'record':
        return // The state says it too.
      default:
        return unreachable(command)
    }
  }

  #grant(claim: ResourceClaim | null): void {
    if (claim === null) return
    const { job, attempt } = claim
    this.#tell({ kind: 'resource.granted', payload: { job, attempt } })
  }

  #startOffered(): void {
    while (this.#live.size < this.#request.concurrency) {
      const next = this.#offers.shift()
      if (next === undefined) return
      void this.#runOne(next.job, next.attempt)
    }
  }

  async #runOne(name: string, attempt: number): Promise<void> {
    const { plan, isolationOf } = this.#request
    const job = plan.jobs.find((one) => one.name === name)
    if (job === undefined) throw new TypeError(`the engine offered job "${name}", which is not in the plan`)
    const stop = new AbortController()
    this.#live.set(name, stop)
    this.#tell({ kind: 'job.started', payload: { job: name, attempt, runnerId: 'local', isolation: isolationOf(job) } })
    try {
      const end = await this.#hands.runJob(job, attempt, stop.signal)
      this.#tell({ kind: 'job.finished', payload: { job: name, attempt, ...end } })
    } catch (error) {
      this.#live.delete(name)
      this.#end.reject(error)
    }
  }

  #cancel(job: string, attempt: number): void {
    const before = this.#offers.length
    this.#offers = this.#offers.filter((offer) => offer.job !== job)
    if (this.#offers.length === before) return this.#live.get(job)?.abort()
    this.#tell({
      kind: 'job.finished',
      payload: { job, attempt, outcome: 'canceled', reason: null, exitCode: null },
    })
  }

  #wake(job: string, atMs: number): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer)
        this.#tell({ kind: 'job.due', payload: { job } })
      },
      Math.max(0, atMs - this.#request.clock.now()),
    )
    this.#timers.add(timer)
  }

  async #decide(gate: string): Promise<void> {
    this.#open += 1
    try {
      const decision = await this.#hands.decideGate(gate)
      this.#open -= 1
      this.#tell({ kind: 'gate.decided', payload: { gate, decision } })
    } catch (error) {
      this.#end.reject(error)
    }
  }
}
