/**
 * A host and a world for one rollout, driven by chance: commands run in any order and more than once, answers are
 * lost, late or repeated, instances die, the host crashes. It checks the machine's invariants at every step.
 */
import type { BackendCounters, RouterSite } from '@sluice/contracts/router'
import type { Chance } from '@sluice/kernel'
import {
  advance,
  start,
  type PendingCommand,
  type RolloutCommand,
  type RolloutEvent,
  type RolloutInput,
  type RolloutState,
} from '../src/index.ts'

export interface Faults {
  /** Chance of each per turn, 0…1. */
  loseAnswer: number
  repeatEvent: number
  crash: number
  instanceDies: number
  cancel: number
  /** Somebody else gives the router a table. */
  otherWriter: number
  migrateFails: number
  startFails: number
  neverHealthy: number
  /** Share of the candidate's requests that fail. */
  candidateErrorRate: number
  /** Requests per reading. */
  requests: number
}

export const noFaults: Faults = {
  loseAnswer: 0,
  repeatEvent: 0,
  crash: 0,
  instanceDies: 0,
  cancel: 0,
  otherWriter: 0,
  migrateFails: 0,
  startFails: 0,
  neverHealthy: 0,
  candidateErrorRate: 0,
  requests: 2000,
}

interface SimulatedInstance {
  instanceId: string
  role: string
  port: number
  pid: number
  alive: boolean
  healthy: boolean
  stopped: boolean
}

/** What a run of the simulation leaves. */
export interface SimulationEnd {
  state: RolloutState
  commands: RolloutCommand[]
  table: RouterSite
  alive: string[]
  turns: number
}

const turnsMax = 4000
/** After so many turns no more faults: a rollout must then come to its end. */
const calmAfter = 400

export class SimulatedHost {
  readonly commands: RolloutCommand[] = []
  readonly #chance: Chance
  readonly #faults: Faults
  readonly #instances = new Map<string, SimulatedInstance>()
  readonly #counters = new Map<string, BackendCounters>()
  #inbox: RolloutEvent[] = []
  #state: RolloutState
  #table: RouterSite
  #nowMs = 0
  #nextPid = 100
  #turns = 0

  constructor(input: RolloutInput, chance: Chance, faults: Faults) {
    this.#chance = chance
    this.#faults = faults
    this.#state = start(input)
    const { name, port, generation } = input.site
    this.#table = { name, port, generation, backends: [] }
    if (input.previous !== null) this.#serve(input.previous.instanceId, name, generation)
    this.#inbox.push({ kind: 'begun' })
  }

  #serve(instanceId: string, name: string, generation: number): void {
    const instance = this.#spawn(instanceId, 'stable')
    this.#table = { name, port: 0, generation, backends: [{ id: instanceId, port: instance.port, weight: 100 }] }
  }

  run(): SimulationEnd {
    while (this.#state.phase.kind !== 'finished') {
      if (++this.#turns > turnsMax) throw new Error(`Rollout does not end: it is in ${JSON.stringify(this.#state)}`)
      this.#turn()
    }
    this.#afterTheEnd()
    const alive = [...this.#instances.values()].filter((instance) => instance.alive).map((one) => one.instanceId)
    return { state: this.#state, commands: this.commands, table: this.#table, alive, turns: this.#turns }
  }

  #happens(share: number): boolean {
    return this.#turns < calmAfter && this.#chance.next() < share
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.#chance.next() * items.length)]
  }

  #turn(): void {
    this.#nowMs += 250
    if (this.#happens(this.#faults.crash)) return this.#crash()
    if (this.#happens(this.#faults.instanceDies)) this.#kill()
    if (this.#happens(this.#faults.cancel)) this.#inbox.push({ kind: 'cancel-requested', by: 'ann' })
    if (this.#happens(this.#faults.otherWriter)) this.#table.generation += 1 + Math.floor(this.#chance.next() * 3)
    const command = this.#pick(this.#state.pending)
    if (command !== undefined) this.#execute(command)
    if (this.#chance.next() < 0.1) this.#inbox.push({ kind: 'tick' })
    const event = this.#pick(this.#inbox)
    if (event === undefined) return
    if (!this.#happens(this.#faults.repeatEvent)) this.#inbox.splice(this.#inbox.indexOf(event), 1)
    this.#take(event)
  }

  #take(event: RolloutEvent): void {
    const before = JSON.stringify(this.#state)
    const wasFinished = this.#state.phase.kind === 'finished'
    const { state, commands } = advance(this.#state, event, this.#nowMs)
    const again = advance(JSON.parse(before) as RolloutState, event, this.#nowMs)
    this.#check(JSON.stringify(this.#state) === before, 'advance changed the state it was given')
    this.#check(JSON.stringify(again) === JSON.stringify({ state, commands }), 'the same event gave another answer')
    this.#check(!wasFinished || commands.length === 0, 'a finished rollout issued commands')
    this.#check(state.generation >= this.#state.generation, 'the generation fell')
    this.#state = state
    this.commands.push(...commands)
  }

  #check(holds: boolean, promise: string): void {
    if (!holds) throw new Error(`Broken promise: ${promise}; phase ${JSON.stringify(this.#state.phase)}`)
  }

  #afterTheEnd(): void {
    const { previous, deploymentId } = this.#state.input
    for (const event of [...this.#inbox, { kind: 'begun' }, { kind: 'tick' }] as RolloutEvent[]) this.#take(event)
    this.#take({ kind: 'resumed', alive: [] })
    this.#take({ kind: 'instance-failed', commandId: null, instanceId: `${deploymentId}.candidate`, reason: 'killed' })
    if (previous !== null) this.#take({ kind: 'cancel-requested', by: 'ann' })
  }

  /** The host forgets what it has not stored: answers on their way. The world goes on. */
  #crash(): void {
    this.#inbox = this.#inbox.filter((event) => event.kind === 'begun' || event.kind === 'cancel-requested')
    const alive = [...this.#instances.values()].filter((instance) => instance.alive)
    this.#take({ kind: 'resumed', alive: alive.map(({ instanceId, port, pid }) => ({ instanceId, port, pid })) })
  }

  #kill(): void {
    const instance = this.#pick([...this.#instances.values()].filter((one) => one.alive))
    if (instance === undefined) return
    instance.alive = false
    instance.healthy = false
    const { instanceId } = instance
    this.#tell({ kind: 'instance-failed', commandId: null, instanceId, reason: 'signal SIGKILL' })
  }

  #tell(event: RolloutEvent): void {
    if (!this.#happens(this.#faults.loseAnswer) || event.kind === 'instance-failed') this.#inbox.push(event)
  }

  #execute(command: PendingCommand): void {
    const commandId = command.id
    switch (command.kind) {
      case 'migrate':
        return this.#tell(
          this.#happens(this.#faults.migrateFails)
            ? { kind: 'migrate-failed', commandId, reason: 'exit code 1', ran: true }
            : { kind: 'migrated', commandId },
        )
      case 'start-instance':
        return this.#start(command)
      case 'check-health':
        return this.#checkHealth(command)
      case 'set-weights':
        return this.#setWeights(command)
      case 'start-exercise':
        return this.#tell({ kind: 'exercise-started', commandId })
      case 'stop-exercise':
        return this.#tell({ kind: 'exercise-stopped', commandId })
      case 'observe':
        return this.#observe(command)
      case 'stop-instance':
        return this.#stop(command)
      default:
        throw new Error(`Unknown command ${JSON.stringify(command)}`)
    }
  }

  #spawn(instanceId: string, role: string): SimulatedInstance {
    const pid = this.#nextPid++
    const known = this.#instances.get(instanceId)
    const port = known?.port ?? 10_000 + pid
    const instance = { instanceId, role, port, pid, alive: true, healthy: false, stopped: false }
    this.#instances.set(instanceId, instance)
    return instance
  }

  #start(command: Extract<PendingCommand, { kind: 'start-instance' }>): void {
    const { id: commandId, instanceId, role } = command
    const twins = [...this.#instances.values()].filter((other) => other.alive && other.role === role)
    this.#check(
      twins.every((other) => other.instanceId === instanceId),
      `two instances of role ${role}`,
    )
    const known = this.#instances.get(instanceId)
    this.#check(known?.stopped !== true, `${instanceId} was stopped and is started again`)
    if (this.#happens(this.#faults.startFails)) {
      return this.#tell({ kind: 'instance-failed', commandId, instanceId, reason: 'no such program' })
    }
    const instance = known?.alive ? known : this.#spawn(instanceId, role)
    const { port, pid } = instance
    this.#tell({ kind: 'instance-started', commandId, instanceId, port, pid })
  }

  #checkHealth({ id: commandId, instanceId }: Extract<PendingCommand, { kind: 'check-health' }>): void {
    const instance = this.#instances.get(instanceId)
    if (instance?.alive !== true || this.#happens(this.#faults.neverHealthy)) {
      return this.#tell({ kind: 'unhealthy', commandId, instanceId, reason: 'no answer within 5 s' })
    }
    instance.healthy = true
    this.#tell({ kind: 'healthy', commandId, instanceId })
  }

  #setWeights({ id: commandId, site }: Extract<PendingCommand, { kind: 'set-weights' }>): void {
    const { generation } = this.#table
    const isOther = JSON.stringify(site) !== JSON.stringify(this.#table)
    if (site.generation < generation || (site.generation === generation && isOther))
      return this.#tell({ kind: 'weights-stale', commandId, generation })
    const sum = site.backends.reduce((total, { weight }) => total + weight, 0)
    this.#check(sum === 100 || sum === 0, `the weights add up to ${sum}`)
    for (const { id, port } of site.backends) {
      const instance = this.#instances.get(id)
      this.#check(instance?.port === port, `weight for ${id} at a port that is not its own`)
      // It may have died since; the machine hears of that a moment later.
      this.#check(instance?.healthy === true || instance?.alive === false, `weight for ${id}, never known healthy`)
    }
    this.#table = structuredCopy(site)
    this.#tell({ kind: 'weights-set', commandId, generation: site.generation })
  }

  #observe({ id: commandId }: Extract<PendingCommand, { kind: 'observe' }>): void {
    for (const { id, weight } of this.#table.backends) this.#serveRequests(id, weight)
    this.#tell({ kind: 'observed', commandId, counters: structuredCopy([...this.#counters.values()]) })
  }

  #serveRequests(id: string, weight: number): void {
    const counter = this.#counters.get(id) ?? {
      id,
      requests: 0,
      errors: 0,
      latencyBoundsMs: [10, 100, null],
      latencyCounts: [0, 0, 0],
    }
    const requests = Math.round((this.#faults.requests * weight) / 100)
    const rate = id === `${this.#state.input.deploymentId}.candidate` ? this.#faults.candidateErrorRate : 0
    counter.requests += requests
    counter.errors += Math.round(requests * rate)
    counter.latencyCounts[0] = counter.requests
    this.#counters.set(id, counter)
  }

  #stop({ id: commandId, instanceId }: Extract<PendingCommand, { kind: 'stop-instance' }>): void {
    const weighted = this.#table.backends.some(({ id, weight }) => id === instanceId && weight > 0)
    this.#check(!weighted, `${instanceId} is stopped while it has weight`)
    const instance = this.#instances.get(instanceId)
    if (instance !== undefined) Object.assign(instance, { alive: false, healthy: false, stopped: true })
    this.#tell({ kind: 'instance-stopped', commandId, instanceId })
  }
}

const structuredCopy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
