/**
 * One change from its plan to production in memory: engine, delivery and rollouts with a host that crashes, forgets
 * what it did not store, repeats what it does not know to be done, and hears answers late or twice. Environments are
 * held by deployments of other changes, ports are taken, instances die, and somebody keeps what serves meanwhile. Every
 * choice comes from the seed.
 */
import {
  createRunState,
  decide,
  decideResourceGroup,
  newResourceGroup,
  type ResourceClaim,
  type ResourceGroup,
  type ResourceGroupEvent,
  type RunCommand,
  type RunEvent,
  type RunState,
} from '@sluice/engine'
import { jobOf, planOf } from '@sluice/engine/testing'
import {
  decideDelivery,
  mayBegin,
  startDelivery,
  type DeliveryCommand,
  type DeliveryEvent,
  type DeliveryState,
} from '@sluice/delivery'
import { seededChance, type Chance } from '@sluice/kernel'
import { advance, start, type RolloutEvent, type RolloutState } from '@sluice/rollout'
import { sampleRollout } from '@sluice/rollout/testing'
import { environmentOf, SimulatedWorld } from './simulated-world.ts'

const environments = ['staging', 'production']
const plan = planOf([
  jobOf('build', 'build', { retry: { max: 1, when: ['always'], exitCodes: [] } }),
  jobOf('unit-test', 'test', { retry: { max: 2, when: ['script_failure'], exitCodes: [] } }),
  jobOf('lint', 'test', { allowFailure: true }),
  jobOf('package', 'package', { resourceGroup: 'production' }),
])
const gates = [{ name: 'quality', after: 'test' }]

/** What the host has stored: all that is left of it after a crash. */
interface Stored {
  run: RunState
  delivery: DeliveryState
  rollouts: Record<string, RolloutState>
  /** The resource group of the job that packages. */
  group: ResourceGroup
  /** Commands that were written down with the state and not yet known to be done. */
  outbox: (RunCommand | DeliveryCommand | Grant)[]
}

/** The run is to be told that a job of it has its resource group. */
interface Grant {
  kind: 'grant'
  job: string
  attempt: number
}

const claimOfOther: ResourceClaim = { runId: 'other', runNumber: 1, job: 'package', attempt: 1, state: 'held' }

export interface DeliveryEnd {
  stored: Stored
  world: SimulatedWorld
  turns: number
}

const turnsMax = 5000
/** After so many turns nothing goes wrong any more: it must come to its end then. */
const calmAfter = 600

export class SimulatedDelivery {
  readonly #chance: Chance
  readonly #world = new SimulatedWorld(environments)
  /** Until which turn somebody else's deployment holds the environment, or another program its port; by environment. */
  readonly #held = new Map<string, number>()
  readonly #portTaken = new Map<string, number>()
  /** Until which turn a job of another run holds the resource group. */
  readonly #otherEndsAt: number
  #stored: Stored
  #inbox: (() => void)[] = []
  #turns = 0

  constructor(seed: number) {
    this.#chance = seededChance(seed)
    this.#stored = {
      run: createRunState('run', plan, gates),
      delivery: startDelivery('run', environments),
      rollouts: {},
      group: this.#chance.next() < 0.3 ? { ...newResourceGroup, claims: [claimOfOther] } : newResourceGroup,
      outbox: [],
    }
    this.#otherEndsAt = Math.floor(this.#chance.next() * 200)
    for (const name of environments) {
      if (this.#chance.next() < 0.3) this.#held.set(name, Math.floor(this.#chance.next() * 300))
      if (this.#chance.next() < 0.1) this.#portTaken.set(name, this.#chance.next() < 0.5 ? Infinity : 150)
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
    const atRest = this.#world.environments.every(({ isAtRest }) => isAtRest)
    return (
      run.status !== 'running' &&
      ['delivered', 'stopped'].includes(delivery.status) &&
      !open &&
      this.#inbox.length === 0 &&
      atRest
    )
  }

  #isDeploying(name: string): boolean {
    const phase = this.#stored.rollouts[name]?.phase.kind
    return phase !== undefined && phase !== 'finished'
  }

  #turn(): void {
    if (this.#turns === this.#otherEndsAt)
      this.#stepGroup({ kind: 'released', runId: claimOfOther.runId, job: claimOfOther.job })
    if (this.#happens(0.03)) return this.#crash()
    if (this.#happens(0.004)) this.#cancel()
    if (this.#happens(0.01)) this.#kill()
    if (this.#chance.next() < 0.3) return this.#keepEnvironments()
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
      // What waits for something else is asked for again later.
      if (first.kind !== 'deploy' || !this.#waits(first.environment)) return
    }
    this.#driveRollouts()
  }

  #waits(environment: string): boolean {
    const isWaiting = mayBegin(this.#stored.delivery, environment)
    const isAsked = this.#stored.outbox.some((other) => other.kind === 'deploy')
    if (isWaiting && !isAsked)
      this.#stored.outbox.push({ kind: 'deploy', environment, releaseId: this.#stored.delivery.releaseId ?? '' })
    return isWaiting
  }

  #keepEnvironments(): void {
    for (const environment of this.#world.environments)
      environment.keep(this.#isDeploying(environment.name), () => `${environment.name}-kept-${this.#turns}`)
  }

  /** An instance ends by itself; the host hears of it, unless it dies before. */
  #kill(): void {
    const running = this.#world.environments.flatMap((environment) =>
      environment.running.map(({ instanceId }) => ({ environment, instanceId })),
    )
    const victim = running[Math.floor(this.#chance.next() * running.length)]
    if (victim === undefined) return
    const { environment, instanceId } = victim
    this.#world.deaths++
    environment.kill(instanceId)
    this.#inbox.push(() => {
      const state = this.#stored.rollouts[environment.name]
      const uses = Object.values(state?.instances ?? {}).some((instance) => instance.instanceId === instanceId)
      if (this.#isDeploying(environment.name) && uses)
        this.#stepRollout(environment.name, { kind: 'instance-failed', commandId: null, instanceId, reason: 'killed' })
      else if (environment.serving.instanceId === instanceId) environment.look()
    })
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
    for (const environment of this.#world.environments) environment.crash()
    for (const [name, state] of Object.entries(this.#stored.rollouts)) {
      const alive = this.#world.environment(name).alive()
      this.#stepRollout(name, state.phase.kind === 'new' ? { kind: 'begun' } : { kind: 'resumed', alive })
    }
  }

  #cancel(): void {
    const { delivery } = this.#stored
    const isQueued = delivery.status === 'delivering' && !delivery.begun
    if (isQueued && !this.#world.isCanceled) this.#world.canceledInQueue++
    this.#world.isCanceled = true
    if (this.#stored.run.status === 'running')
      this.#stepRun({ kind: 'run.cancel-requested', payload: { reason: 'ann' } })
    else this.#stepDelivery({ kind: 'cancel-requested' })
  }

  #stepRun(event: RunEvent): void {
    const { state, commands } = decide(this.#stored.run, event, this.#turns)
    this.#stored.run = state
    this.#stored.outbox.push(...commands)
    // In the transaction of the step, as it can be repeated and must not be forgotten.
    for (const command of commands) {
      const own = { runId: 'run', runNumber: 2 }
      if (command.kind === 'claim-resource')
        this.#stepGroup({
          kind: 'claimed',
          claim: { ...own, job: command.job, attempt: command.attempt, state: command.state },
        })
      if (command.kind === 'release-resource') this.#stepGroup({ kind: 'released', ...own, job: command.job })
    }
  }

  #stepGroup(event: ResourceGroupEvent): void {
    const { group, granted } = decideResourceGroup(this.#stored.group, event)
    this.#stored.group = group
    if (granted === null) return
    const { job, attempt } = granted
    this.#stored.outbox.push({ kind: 'grant', job, attempt })
  }

  #stepDelivery(event: DeliveryEvent): void {
    const { state, commands } = decideDelivery(this.#stored.delivery, event)
    this.#stored.delivery = state
    this.#stored.outbox.push(...commands)
  }

  #carryOut(command: RunCommand | DeliveryCommand | Grant): void {
    switch (command.kind) {
      case 'offer-job':
        this.#startJob(command.job, command.attempt)
        return this.#endJob(command.job, command.attempt)
      case 'grant':
        return this.#stepRun({ kind: 'resource.granted', payload: { job: command.job, attempt: command.attempt } })
      case 'decide-gate':
        return this.#decideGate(command.gate)
      case 'create-release':
        return this.#createRelease()
      case 'deploy':
        return this.#deploy(command.environment)
      case 'cancel-deployment':
        if (this.#stored.rollouts[command.environment] === undefined) this.#world.lostCancels++
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
    if (entry.kind === 'run.finished') this.#stepDelivery({ ...entry.payload, kind: 'run.finished', sentence: null })
  }

  /** The store lets one release be made per run. */
  #createRelease(): void {
    if (this.#stored.delivery.status !== 'releasing') return
    this.#world.releases++
    this.#stepDelivery({ kind: 'release.created', releaseId: 'r2', version: '2' })
  }

  /** The store lets one deployment be open per environment, and one be made per run and environment. */
  #deploy(name: string): void {
    if (this.#stored.rollouts[name] !== undefined || !mayBegin(this.#stored.delivery, name)) return
    if (this.#turns < (this.#portTaken.get(name) ?? 0)) {
      const reason = { en: 'its port is taken', zh: '端口被占用' }
      return this.#stepDelivery({ kind: 'deployment.delayed', environment: name, reason, atMs: this.#turns * 1000 })
    }
    if (this.#turns < (this.#held.get(name) ?? 0))
      return this.#stepDelivery({ kind: 'deployment.queued', environment: name })
    this.#begin(name)
  }

  /** One transaction: the deployment, and that the delivery knows it. */
  #begin(name: string): void {
    const place = this.#world.environment(name)
    const environment = environmentOf(name, 'new')
    const { instanceId, command } = place.serving
    const previous = {
      id: 'r1',
      version: '1',
      digest: 'sha256:one',
      instanceId,
      environment: environmentOf(name, command),
    }
    const site = { name, port: 1, generation: Math.max(place.generation, place.tableGeneration) }
    this.#world.begun.push(name)
    if (this.#world.isCanceled) this.#world.begunAfterCancel.push(name)
    this.#stored.rollouts[name] = start(sampleRollout({ deploymentId: `${name}-2`, environment, previous, site }))
    this.#stepDelivery({ kind: 'deployment.begun', environment: name })
    this.#stepRollout(name, { kind: 'begun' })
  }

  #stepRollout(name: string, event: RolloutEvent): void {
    const before = this.#stored.rollouts[name]
    if (before === undefined) return
    const { state, commands } = advance(before, event, this.#turns * 1000)
    this.#stored.rollouts[name] = state
    const place = this.#world.environment(name)
    place.generation = Math.max(place.generation, state.generation)
    for (const command of commands)
      if (command.kind === 'record' && command.entry.kind === 'deployment.finished') {
        const { outcome, sentence } = command.entry.payload
        if (outcome === 'promoted') {
          this.#world.promoted.push(name)
          place.serving = { instanceId: state.instances.candidate?.instanceId ?? '', command: 'new' }
        }
        place.look()
        this.#stepDelivery({ kind: 'deployment.finished', environment: name, outcome, sentence })
      }
  }

  #driveRollouts(): void {
    for (const [name, state] of Object.entries(this.#stored.rollouts)) {
      const [command] = state.pending
      if (command === undefined) continue
      const event = this.#world.answerTo(state, command, () => this.#happens(0.05))
      this.#inbox.push(() => this.#stepRollout(name, event))
    }
  }
}
