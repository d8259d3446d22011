import { SluiceError } from '@sluice/kernel'
import type {
  ExerciseRequest,
  HealthResult,
  InstanceExit,
  MigrateRequest,
  MigrateResult,
  RunningInstance,
  StartRequest,
  Target,
} from '../src/index.ts'

/** How a release behaves, by its digest. What is not named is well. */
export interface FakeRelease {
  startFails?: boolean
  neverHealthy?: boolean
  migrateFails?: boolean
}

/** A place in memory that outlives the targets over it, as a machine does. */
export class FakePlace {
  readonly releases: Record<string, FakeRelease>
  readonly alive = new Map<string, RunningInstance>()
  readonly ports = new Map<string, number>()
  readonly stopped = new Set<string>()
  readonly migrated = new Set<string>()
  readonly exercises = new Set<string>()
  readonly listeners = new Set<(exit: InstanceExit) => void>()
  migrations = 0
  spawned = 0

  constructor(releases: Record<string, FakeRelease> = {}) {
    this.releases = releases
  }

  /** The instance ends by itself. */
  kill(instanceId: string): void {
    if (!this.alive.delete(instanceId)) return
    for (const listener of this.listeners) listener({ instanceId, reason: 'signal SIGKILL' })
  }
}

export class FakeTarget implements Target {
  readonly #place: FakePlace
  readonly #mine = new Set<(exit: InstanceExit) => void>()

  constructor(place: FakePlace) {
    this.#place = place
  }

  async migrate({ commandId, releaseDigest, service }: MigrateRequest): Promise<MigrateResult> {
    const { migrated, releases } = this.#place
    if (service.policy.migrate === undefined) return { succeeded: true, exitCode: null, output: '' }
    if (migrated.has(commandId)) return { succeeded: true, exitCode: 0, output: '' }
    this.#place.migrations += 1
    if (releases[releaseDigest]?.migrateFails) return { succeeded: false, exitCode: 1, output: 'migration failed' }
    migrated.add(commandId)
    return { succeeded: true, exitCode: 0, output: '' }
  }

  async start({ instanceId, role, releaseDigest }: StartRequest): Promise<RunningInstance> {
    const { alive, stopped, ports, releases } = this.#place
    if (stopped.has(instanceId)) {
      throw new SluiceError('TARGET_INSTANCE_STOPPED', `Cannot start instance "${instanceId}": it was stopped`)
    }
    const known = alive.get(instanceId)
    if (known !== undefined) return known
    if (releases[releaseDigest]?.startFails) {
      throw new SluiceError('TARGET_START_FAILED', `Cannot start instance "${instanceId}": its release cannot start`)
    }
    const pid = 1000 + ++this.#place.spawned
    const port = ports.get(instanceId) ?? 30_000 + this.#place.spawned
    const instance = { instanceId, role, releaseDigest, port, pid }
    ports.set(instanceId, port)
    alive.set(instanceId, instance)
    return instance
  }

  async health(instanceId: string): Promise<HealthResult> {
    const instance = this.#place.alive.get(instanceId)
    if (instance === undefined) return { healthy: false, reason: 'the process does not run' }
    return this.#place.releases[instance.releaseDigest]?.neverHealthy
      ? { healthy: false, reason: 'it answered with status 503' }
      : { healthy: true, afterMs: 1 }
  }

  async stop(instanceId: string): Promise<void> {
    this.#place.stopped.add(instanceId)
    this.#place.alive.delete(instanceId)
  }

  async list(): Promise<RunningInstance[]> {
    return [...this.#place.alive.values()].toSorted((a, b) => (a.instanceId < b.instanceId ? -1 : 1))
  }

  onExit(listener: (exit: InstanceExit) => void): () => void {
    this.#place.listeners.add(listener)
    this.#mine.add(listener)
    return () => this.#place.listeners.delete(listener)
  }

  async startExercise({ exerciseId, service }: ExerciseRequest): Promise<void> {
    if (service.policy.exercise === undefined || this.#place.stopped.has(exerciseId)) return
    this.#place.exercises.add(exerciseId)
  }

  async stopExercise(exerciseId: string): Promise<void> {
    this.#place.stopped.add(exerciseId)
    this.#place.exercises.delete(exerciseId)
  }

  async close(): Promise<void> {
    for (const listener of this.#mine) this.#place.listeners.delete(listener)
    this.#place.exercises.clear()
  }
}
