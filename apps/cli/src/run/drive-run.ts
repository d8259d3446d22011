import type { IsolationLevel } from '@sluice/contracts/evidence'
import type { Plan, PlanJob, RetryReason } from '@sluice/contracts/plan'
import {
  childEndOf,
  createRunState,
  MemoryJournal,
  type ResourceClaim,
  type RunCommand,
  type RunEvent,
  type RunState,
} from '@sluice/engine'
import { unreachable, type Clock } from '@sluice/kernel'
import type { JobRoom } from './job-room.ts'
import type { LocalResourceGroups, ResourceCommand } from './local-resource-groups.ts'

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
  /** Makes and begins the child of an attempt; stops it early when the signal comes. Rejects as `runJob` does. */
  beginChild(job: PlanJob, attempt: number, signal: AbortSignal): Promise<ChildBeginning>
  /** Tells that a job has to wait for its resource group. */
  tellWaiting(job: string, resourceGroup: string): void
}

/** A child that began, or why there is none: the rest of a sentence. */
export type ChildBeginning =
  | {
      runId: string
      /** The state in which nothing is left to do, as `driveRun` gives it. */
      end: Promise<RunState>
    }
  | { refused: string }

export interface DriveRequest {
  runId: string
  plan: Plan
  gates: { name: string; after: string }[]
  isolationOf: (job: PlanJob) => IsolationLevel
  /** Where jobs get their places; runs of one tree share it. */
  room: JobRoom
  /** The same for their resource groups. */
  groups: LocalResourceGroups
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
  readonly #end = Promise.withResolvers<RunState>()
  /** What takes back the offers for which there is no room yet, by job. */
  readonly #offers = new Map<string, () => boolean>()
  readonly #live = new Map<string, AbortController>()
  readonly #children = new Map<string, AbortController>()
  /** Of delayed jobs. */
  readonly #timers = new Map<string, NodeJS.Timeout>()
  /** Attempts and children that are being worked on. */
  readonly #works = new Set<Promise<void>>()
  /** A fault of this program has come: nothing more begins. */
  #isBroken = false
  /** Jobs whose resource group another one holds, perhaps of another run of the tree. */
  readonly #waiting = new Set<string>()
  /** Events not taken yet, gates not decided yet. */
  #open = 0
  #steps: Promise<void> = Promise.resolve()

  constructor(request: DriveRequest, hands: RunHands) {
    this.#request = request
    this.#hands = hands
  }

  async run(): Promise<RunState> {
    const { runId, plan, gates, groups, signal } = this.#request
    const cancel = (): void => {
      this.#tell({ kind: 'run.cancel-requested', payload: { reason: 'interrupted' } })
      // A child that nothing waits for outlives the run that began it.
      for (const child of this.#children.values()) child.abort()
    }
    await this.#journal.create(createRunState(runId, plan, gates))
    groups.join(runId, (claim) => this.#grant(claim))
    signal.addEventListener('abort', cancel)
    this.#tell({ kind: 'run.begun' })
    if (signal.aborted) cancel()
    try {
      return await this.#end.promise
    } finally {
      signal.removeEventListener('abort', cancel)
      for (const timer of this.#timers.values()) clearTimeout(timer)
    }
  }

  /** Takes an event after those before it. */
  #tell(event: RunEvent): void {
    this.#open += 1
    const before = this.#steps
    this.#steps = this.#take(event, before).catch((error: unknown) => void this.#break(error))
  }

  /** Ends with a fault, once nothing of the run is under way any more. */
  async #break(fault: unknown): Promise<void> {
    if (this.#isBroken) return
    this.#isBroken = true
    for (const stop of [...this.#live.values(), ...this.#children.values()]) stop.abort()
    await Promise.allSettled(this.#works)
    this.#end.reject(fault)
  }

  /** @param work rejects only for a fault of this program */
  #follow(work: Promise<void>): void {
    const followed = work.catch((error: unknown) => void this.#break(error)).finally(() => this.#works.delete(followed))
    this.#works.add(followed)
  }

  async #take(event: RunEvent, before: Promise<void>): Promise<void> {
    await before
    if (this.#isBroken) return
    const { state, commands } = await this.#journal.step(this.#request.runId, event, this.#request.clock.now())
    this.#open -= 1
    // Only now is its place free: its end may cancel what would begin there.
    const isPlaceFree = event.kind === 'job.finished' && this.#live.delete(event.payload.job)
    for (const command of commands) this.#carryOut(command)
    this.#clearTimers(state)
    if (isPlaceFree) this.#request.room.leave()
    const underWay = this.#live.size + this.#children.size + this.#offers.size + this.#timers.size + this.#waiting.size
    if (this.#open + underWay === 0) this.#end.resolve(state)
  }

  #carryOut(command: RunCommand): void {
    switch (command.kind) {
      case 'offer-job':
        return this.#offer(command.job, command.attempt)
      case 'begin-child':
        return this.#follow(this.#beginChild(command.job, command.attempt))
      case 'cancel-child':
        return this.#cancelChild(command.job, command.attempt)
      case 'cancel-job':
        return this.#cancel(command.job, command.attempt)
      case 'wake':
        return this.#wake(command.job, command.atMs)
      case 'decide-gate':
        return this.#follow(this.#decide(command.gate))
      case 'claim-resource':
      case 'release-resource':
        return this.#claim(command)
      case 'record':
        return // The state says it too.
      default:
        return unreachable(command)
    }
  }

  #grant({ job, attempt }: ResourceClaim): void {
    this.#waiting.delete(job)
    this.#tell({ kind: 'resource.granted', payload: { job, attempt } })
  }

  #claim(command: ResourceCommand): void {
    const isWaiting = command.kind === 'claim-resource' && command.state === 'waiting'
    if (isWaiting) this.#waiting.add(command.job)
    else this.#waiting.delete(command.job)
    this.#request.groups.take(this.#request.runId, command)
    // Where the group was free the claim has been granted by now.
    if (this.#waiting.has(command.job)) this.#hands.tellWaiting(command.job, command.group)
  }

  #offer(job: string, attempt: number): void {
    let hasBegun = false
    const withdraw = this.#request.room.enter(() => {
      hasBegun = true
      this.#offers.delete(job)
      if (this.#isBroken) return
      this.#follow(this.#runOne(job, attempt))
    })
    if (!hasBegun) this.#offers.set(job, withdraw)
  }

  async #runOne(name: string, attempt: number): Promise<void> {
    const { isolationOf } = this.#request
    const job = this.#plannedJob(name)
    const stop = new AbortController()
    this.#live.set(name, stop)
    this.#tell({ kind: 'job.started', payload: { job: name, attempt, runnerId: 'local', isolation: isolationOf(job) } })
    const end = await this.#hands.runJob(job, attempt, stop.signal)
    this.#tell({ kind: 'job.finished', payload: { job: name, attempt, ...end } })
  }

  #plannedJob(name: string): PlanJob {
    const job = this.#request.plan.jobs.find((one) => one.name === name)
    if (job === undefined) throw new TypeError(`the engine asked for job "${name}", which is not in the plan`)
    return job
  }

  async #beginChild(job: string, attempt: number): Promise<void> {
    const stop = new AbortController()
    this.#children.set(job, stop)
    const child = await this.#hands.beginChild(this.#plannedJob(job), attempt, stop.signal)
    const ended = 'refused' in child ? null : await this.#followChild(job, attempt, child)
    this.#children.delete(job)
    if (ended !== null) this.#tell(ended)
    else if ('refused' in child) this.#tell({ kind: 'child.refused', payload: { job, attempt, reason: child.refused } })
  }

  /** Tells that the child began, and gives what is to be told at its end. */
  async #followChild(
    job: string,
    attempt: number,
    { runId, end }: Exclude<ChildBeginning, { refused: string }>,
  ): Promise<RunEvent> {
    this.#tell({ kind: 'child.begun', payload: { job, attempt, runId } })
    const ended = childEndOf(await end)
    return ended === null
      ? { kind: 'child.waits', payload: { job, attempt, isWaiting: true } }
      : { kind: 'child.ended', payload: { job, attempt, ...ended } }
  }

  /** One that waits for a person is not under way any more. */
  #cancelChild(job: string, attempt: number): void {
    const child = this.#children.get(job)
    if (child !== undefined) return child.abort()
    this.#tell({ kind: 'child.ended', payload: { job, attempt, status: 'canceled', reason: null } })
  }

  #cancel(job: string, attempt: number): void {
    if (this.#offers.get(job)?.() !== true) return this.#live.get(job)?.abort()
    this.#offers.delete(job)
    this.#tell({
      kind: 'job.finished',
      payload: { job, attempt, outcome: 'canceled', reason: null, exitCode: null },
    })
  }

  #wake(job: string, atMs: number): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(job)
        this.#tell({ kind: 'job.due', payload: { job } })
      },
      Math.max(0, atMs - this.#request.clock.now()),
    )
    this.#timers.set(job, timer)
  }

  /** A job that was canceled while it was delayed is not waited for. */
  #clearTimers({ jobs }: RunState): void {
    for (const [job, timer] of this.#timers) {
      if (jobs[job]?.status === 'delayed') continue
      clearTimeout(timer)
      this.#timers.delete(job)
    }
  }

  async #decide(gate: string): Promise<void> {
    this.#open += 1
    const decision = await this.#hands.decideGate(gate)
    this.#open -= 1
    this.#tell({ kind: 'gate.decided', payload: { gate, decision } })
  }
}
