/** One environment out there: its instances, the router's table of it, and who keeps it when no rollout does. */
import type { RouterSite } from '@sluice/contracts/router'
import type { PendingCommand, RolloutEvent } from '@sluice/rollout'

interface Instance {
  alive: boolean
  stopped: boolean
  /** The command that it was started with: by which policy. */
  command: string
  port: number
  pid: number
}

/** What the host has stored of what serves. */
interface Serving {
  instanceId: string
  command: string
}

type Of<K extends PendingCommand['kind']> = Extract<PendingCommand, { kind: K }>

export class SimulatedEnvironment {
  readonly name: string
  serving: Serving
  /** Last generation that the host has stored. */
  generation = 1
  /** How often what serves was started anew by who keeps it. */
  renewals = 0
  readonly #instances = new Map<string, Instance>()
  #table: Pick<RouterSite, 'generation' | 'backends'>
  /** In memory, so lost in a crash: whether somebody is to look, and what they saw. */
  #isLookedFor = false
  #seen: string | null = null
  #nextPid = 1000

  constructor(name: string, serving: Serving) {
    this.name = name
    this.serving = serving
    const { port } = this.#spawn(serving.instanceId, serving.command)
    this.#table = { generation: 1, backends: [{ id: serving.instanceId, port, weight: 100 }] }
  }

  get isAtRest(): boolean {
    return !this.#isLookedFor
  }

  get tableGeneration(): number {
    return this.#table.generation
  }

  /** Commands of the instances that live. */
  get running(): { instanceId: string; command: string }[] {
    return [...this.#instances].flatMap(([instanceId, { alive, command }]) => (alive ? [{ instanceId, command }] : []))
  }

  /** Who gets requests: each a living instance, or nobody. */
  get served(): string[] {
    return this.#table.backends.flatMap(({ id, port, weight }) => {
      const instance = this.#instances.get(id)
      return weight === 0 ? [] : [instance?.alive === true && instance.port === port ? id : 'nobody']
    })
  }

  alive(): { instanceId: string; port: number; pid: number }[] {
    return [...this.#instances].flatMap(([instanceId, { alive, port, pid }]) =>
      alive ? [{ instanceId, port, pid }] : [],
    )
  }

  kill(instanceId: string): void {
    const instance = this.#instances.get(instanceId)
    if (instance !== undefined) instance.alive = false
  }

  /** Somebody is to look whether what serves is well. */
  look(): void {
    this.#isLookedFor = true
  }

  /** The host died: what was seen is forgotten, and its successor looks everywhere. */
  crash(): void {
    this.#seen = null
    this.#isLookedFor = true
  }

  /** One step of who keeps the environment; a rollout may begin between any two. */
  keep(isDeploying: boolean, newId: () => string): void {
    if (!this.#isLookedFor) return
    if (isDeploying) this.#seen = null
    else if (this.#seen === null) this.#seen = this.serving.instanceId
    else if (this.#seen !== this.serving.instanceId) this.#seen = null
    else if (this.#isAlive(this.#seen)) this.#serveAll(this.#seen)
    else this.#seen = this.#renew(this.#seen, newId())
  }

  /** The old id never starts again; the new one is stored before it starts. */
  #renew(old: string, instanceId: string): string {
    this.stop(old)
    this.serving = { ...this.serving, instanceId }
    this.renewals++
    this.#spawn(instanceId, this.serving.command)
    return instanceId
  }

  #serveAll(id: string): void {
    const generation = Math.max(this.generation, this.#table.generation) + 1
    this.#table = { generation, backends: [{ id, port: this.#instances.get(id)?.port ?? 0, weight: 100 }] }
    this.generation = generation
    this.#seen = null
    this.#isLookedFor = false
  }

  #isAlive(instanceId: string): boolean {
    return this.#instances.get(instanceId)?.alive === true
  }

  #spawn(instanceId: string, command: string): Instance {
    const pid = this.#nextPid++
    const port = this.#instances.get(instanceId)?.port ?? pid + 10_000
    const instance = { alive: true, stopped: false, command, port, pid }
    this.#instances.set(instanceId, instance)
    return instance
  }

  start({ id: commandId, instanceId }: Of<'start-instance'>, command: string): RolloutEvent {
    const known = this.#instances.get(instanceId)
    if (known?.stopped === true) return { kind: 'instance-failed', commandId, instanceId, reason: 'it was stopped' }
    const { port, pid } = known?.alive === true ? known : this.#spawn(instanceId, command)
    return { kind: 'instance-started', commandId, instanceId, port, pid }
  }

  health({ id: commandId, instanceId }: Of<'check-health'>): RolloutEvent {
    return this.#isAlive(instanceId)
      ? { kind: 'healthy', commandId, instanceId }
      : { kind: 'unhealthy', commandId, instanceId, reason: 'the process does not run' }
  }

  apply({ id: commandId, site }: Of<'set-weights'>): RolloutEvent {
    const { generation, backends } = this.#table
    const isSame = site.generation === generation && JSON.stringify(site.backends) === JSON.stringify(backends)
    if (site.generation <= generation && !isSame) return { kind: 'weights-stale', commandId, generation }
    this.#table = { generation: site.generation, backends: site.backends }
    return { kind: 'weights-set', commandId, generation: site.generation }
  }

  stop(instanceId: string): void {
    const known = this.#instances.get(instanceId) ?? { command: '', port: 0, pid: 0 }
    this.#instances.set(instanceId, { ...known, alive: false, stopped: true })
  }
}
