/**
 * One change from its plan to production in memory: engine, delivery and rollouts with a host that crashes, forgets
 * what it did not store, repeats what it does not know to be done, and hears answers late or twice. Every choice comes
 * from the seed.
 */
import { createRunState, decide, type RunCommand, type RunEvent, type RunState } from '@sluice/engine'
import { jobOf, planOf } from '@sluice/engine/testing'
import {
  decideDelivery,
  startDelivery,
  type DeliveryCommand,
  type DeliveryEvent,
  type DeliveryState,
} from '@sluice/delivery'
import { seededChance, type Chance } from '@sluice/kernel'
import { advance, start, type PendingCommand, type RolloutEvent, type RolloutState } from '@sluice/rollout'
import { sampleEnvironment, sampleRollout } from '@sluice/rollout/testing'

const environments = ['staging', 'production']
const plan = planOf([
  jobOf('build', 'build', { retry: { max: 1, when: ['always'], exitCodes: [] } }),
  jobOf('unit-test', 'test', { retry: { max: 2, when: ['script_failure'], exitCodes: [] } }),
  jobOf('lint', 'test', { allowFailure: true }),
  jobOf('package', 'package'),
])
const gates = [{ name: 'quality', after: 'test' }]

/** What the host has stored: all that is left of it after a crash. */
interface Stored {
  run: RunState
  delivery: DeliveryState
  rollouts: Record<string, RolloutState>
  /** Commands that were written down with the state and not yet known to be done. */
  outbox: (RunCommand | DeliveryCommand)[]
}

/** What really happened out there, which no crash undoes. */
export interface World {
  gate: 'open' | 'closed' | null
  releases: number
  /** Deployments that were begun, in order. */
  begun: string[]
  promoted: string[]
  /** Instance → how often it was started under another id for the same role of one deployment. */
  instances: Map<string, Set<string>>
  migrations: Map<string, number>
  crashes: number
}

export interface DeliveryEnd {
  stored: Stored
  world: World
  turns: number
}

const turnsMax = 5000
/** After so many turns nothing goes wrong any more: it must come to its end then. */
const calmAfter = 600

export class SimulatedDelivery {
  readonly #chance: Chance
  readonly #world: World = {
    gate: null,
    releases: 0,
    begun: [],
    promoted: [],
    instances: new Map(),
    migrations: new Map(),
    crashes: 0,
  }
  #stored: Stored
  #inbox: (() => void)[] = []
  #turns = 0
  #requests = 0

  constructor(seed: number) {
    this.#chance = seededChance(seed)
    this.#stored = {
      run: createRunState('run', plan, gates),
      delivery: startDelivery('run', environments),
      rollouts: {},
      outbox: [],
    }
  }

  run(): DeliveryEnd {
    this.#stepRun({ kind: 'run.begun' })
    while (!this.#hasEnded()) {
      if (++this.#turns > turnsMax) throw new Error(`It does not end: ${JSON.stringify(this.#stored)}`)
      this.#turn()
    }
    return { stored: this.#stored, world: this.#world, turns: this.#turns }
  }

  #hasEnded(): boolean {
    const { run, delivery, rollouts } = this.#stored
    const open = Object.values(rollouts).some(({ phase }) => phase.kind !== 'finished')
    return run.status !== 'running' && ['delivered', 'stopped'].includes(delivery.status) && !open
  }

  #turn(): void {
    if (this.#happens(0.03)) return this.#crash()
    if (this.#happens(0.004)) this.#cancel()
    const heard = this.#inbox.shift()
    if (heard !== undefined) {
      heard()
      if (this.#happens(0.1)) heard()
      return
    }
    const [first] = this.#stored.outbox
    if (first !== undefined) {
      this.#carryOut(first)
      // The crash may come after the deed and before it is noted: then it is done again.
      if (!this.#happens(0.1)) this.#stored.outbox.shift()
      return
    }
    this.#driveRollouts()
  }

  #happens(share: number): boolean {
    return this.#turns < calmAfter && this.#chance.next() < share
  }

  /** Answers on their way are lost; what is stored is gone over again. */
  #crash(): void {
    this.#world.crashes++
    this.#inbox = []
    this.#stored = JSON.parse(JSON.stringify(this.#stored)) as Stored
    for (const job of Object.values(this.#stored.run.jobs))
      if (job.status === 'pending' || job.status === 'running') this.#endJob(job.name, job.attempt)
    for (const [name, state] of Object.entries(this.#stored.rollouts)) {
      const alive = Object.values(state.instances).flatMap((instance) =>
        instance?.port && instance.pid
          ? [{ instanceId: instance.instanceId, port: instance.port, pid: instance.pid }]
          : [],
      )
      this.#stepRollout(name, state.phase.kind === 'new' ? { kind: 'begun' } : { kind: 'resumed', alive })
    }
  }

  #cancel(): void {
    if (this.#stored.run.status === 'running')
      this.#stepRun({ kind: 'run.cancel-requested', payload: { reason: 'ann' } })
    else this.#stepDelivery({ kind: 'cancel-requested' })
  }

  #stepRun(event: RunEvent): void {
    const { state, commands } = decide(this.#stored.run, event, this.#turns)
    this.#stored.run = state
    this.#stored.outbox.push(...commands)
  }

  #stepDelivery(event: DeliveryEvent): void {
    const { state, commands } = decideDelivery(this.#stored.delivery, event)
    this.#stored.delivery = state
    this.#stored.outbox.push(...commands)
  }

  #carryOut(command: RunCommand | DeliveryCommand): void {
    switch (command.kind) {
      case 'offer-job':
        this.#startJob(command.job, command.attempt)
        return this.#endJob(command.job, command.attempt)
      case 'decide-gate':
        return this.#decideGate(command.gate)
      case 'create-release':
        return this.#createRelease()
      case 'deploy':
        return this.#deploy(command.environment)
      case 'cancel-deployment':
        return this.#stepRollout(command.environment, { kind: 'cancel-requested', by: 'ann' })
      case 'record':
        return this.#recorded(command.entry)
      default:
    }
  }

  #startJob(job: string, attempt: number): void {
    this.#inbox.push(() =>
      this.#stepRun({ kind: 'job.started', payload: { job, attempt, runnerId: 'r', isolation: 'uid' } }),
    )
  }

  #endJob(job: string, attempt: number): void {
    const outcome = this.#happens(0.2) ? 'failed' : 'success'
    const why =
      outcome === 'failed' ? ({ reason: 'script_failure', exitCode: 1 } as const) : { reason: null, exitCode: 0 }
    this.#inbox.push(() => this.#stepRun({ kind: 'job.finished', payload: { job, attempt, outcome, ...why } }))
  }

  /** A verdict is immutable: asked again, it is the same. */
  #decideGate(gate: string): void {
    this.#world.gate ??= this.#chance.next() < 0.15 ? 'closed' : 'open'
    this.#stepRun({ kind: 'gate.decided', payload: { gate, decision: this.#world.gate } })
  }

  #recorded(entry: Extract<RunCommand, { kind: 'record' }>['entry']): void {
    if (entry.kind === 'run.finished')
      this.#stepDelivery({ ...entry.payload, kind: 'run.finished', gateSentence: null })
  }

  /** The store lets one release be made per run. */
  #createRelease(): void {
    if (this.#stored.delivery.status !== 'releasing') return
    this.#world.releases++
    this.#stepDelivery({ kind: 'release.created', releaseId: 'r2', version: '2' })
  }

  /** The store lets one deployment be made per run and environment. */
  #deploy(name: string): void {
    if (this.#stored.rollouts[name] !== undefined) return
    const environment = { ...sampleEnvironment(name === 'staging' ? 'recreate' : 'canary'), name }
    const previous = { id: 'r1', version: '1', digest: 'sha256:one', instanceId: `${name}-1.candidate` }
    this.#world.begun.push(name)
    this.#stored.rollouts[name] = start(sampleRollout({ deploymentId: `${name}-2`, environment, previous }))
    this.#stepRollout(name, { kind: 'begun' })
  }

  #stepRollout(name: string, event: RolloutEvent): void {
    const before = this.#stored.rollouts[name]
    if (before === undefined) return
    const { state, commands } = advance(before, event, this.#turns * 1000)
    this.#stored.rollouts[name] = state
    for (const command of commands)
      if (command.kind === 'record' && command.entry.kind === 'deployment.finished') {
        const { outcome, sentence } = command.entry.payload
        if (outcome === 'promoted') this.#world.promoted.push(name)
        this.#stepDelivery({ kind: 'deployment.finished', environment: name, outcome, sentence })
      }
  }

  #driveRollouts(): void {
    for (const [name, state] of Object.entries(this.#stored.rollouts)) {
      const [command] = state.pending
      if (command === undefined) continue
      const event = this.#answerTo(name, command)
      this.#inbox.push(() => this.#stepRollout(name, event))
    }
  }

  #answerTo(name: string, command: PendingCommand): RolloutEvent {
    const commandId = command.id
    switch (command.kind) {
      case 'migrate':
        this.#world.migrations.set(name, (this.#world.migrations.get(name) ?? 0) + 1)
        return { kind: 'migrated', commandId }
      case 'start-instance':
        return this.#startInstance(name, command)
      case 'check-health':
        return { kind: 'healthy', commandId, instanceId: command.instanceId }
      case 'set-weights':
        return { kind: 'weights-set', commandId, generation: command.site.generation }
      case 'observe':
        return { kind: 'observed', commandId, counters: this.#counters(name) }
      case 'start-exercise':
        return { kind: 'exercise-started', commandId }
      case 'stop-exercise':
        return { kind: 'exercise-stopped', commandId }
      default:
        return { kind: 'instance-stopped', commandId, instanceId: command.instanceId }
    }
  }

  #startInstance(name: string, command: Extract<PendingCommand, { kind: 'start-instance' }>): RolloutEvent {
    const { id: commandId, instanceId, role } = command
    if (this.#happens(0.05)) return { kind: 'instance-failed', commandId, instanceId, reason: 'no memory' }
    const key = `${name}/${role}`
    this.#world.instances.set(key, (this.#world.instances.get(key) ?? new Set()).add(instanceId))
    const port = role === 'stable' ? 4001 : 4002
    return { kind: 'instance-started', commandId, instanceId, port, pid: port + 1000 }
  }

  #counters(name: string) {
    this.#requests += 1000
    return [`${name}-1.candidate`, `${name}-2.candidate`].map((id) => ({
      id,
      requests: this.#requests,
      errors: 0,
      latencyBoundsMs: [10, null],
      latencyCounts: [this.#requests, 0],
    }))
  }
}
