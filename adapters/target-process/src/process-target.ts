import { join } from 'node:path'
import type {
  ExerciseRequest,
  HealthResult,
  InstanceExit,
  MigrateRequest,
  MigrateResult,
  RunningInstance,
  StartRequest,
  Target,
} from '@sluice/rollout'
import { Exercises } from './exercises.ts'
import { Instances } from './instances.ts'
import type { LauncherOptions } from './launcher.ts'
import { Migrations } from './migrations.ts'
import { ReleaseFolder, type ReleaseSource } from './release-folder.ts'

export interface ProcessTargetConfig extends LauncherOptions {
  /** Everything the target keeps: releases, records, logs. One target at a time. */
  folder: string
  releases: ReleaseSource
  /** A log that grew beyond this is begun anew; default 10 MiB. */
  logLimitBytes?: number
  /** A migration that runs longer is killed and has failed; default 10 minutes. */
  migrateTimeoutMs?: number
  /** How often adopted instances are looked at; default 250. */
  watchEveryMs?: number
}

/** Runs releases as processes of this machine, in the sandbox, on loopback ports. They outlive the server. */
export class ProcessTarget implements Target {
  readonly #instances: Instances
  readonly #exercises: Exercises
  readonly #migrations: Migrations

  private constructor(config: ProcessTargetConfig) {
    const { folder, isolation, nodeFolder, readOnlyPaths = [] } = config
    const releases = new ReleaseFolder(join(folder, 'releases'), config.releases)
    const shared = { folder, releases, launcher: { isolation, nodeFolder, readOnlyPaths } }
    const { logLimitBytes = 10 * 1024 * 1024, migrateTimeoutMs = 600_000, watchEveryMs = 250 } = config
    this.#instances = new Instances({ ...shared, logLimitBytes, watchEveryMs })
    this.#exercises = new Exercises(shared)
    this.#migrations = new Migrations({ ...shared, timeoutMs: migrateTimeoutMs })
  }

  /** Adopts what runs in the folder, and ends exercises that an earlier target left. */
  static async open(config: ProcessTargetConfig): Promise<ProcessTarget> {
    const target = new ProcessTarget(config)
    await target.#exercises.endAll()
    await target.#instances.tidy()
    await target.list()
    return target
  }

  migrate(request: MigrateRequest): Promise<MigrateResult> {
    return this.#migrations.run(request)
  }

  start(request: StartRequest): Promise<RunningInstance> {
    return this.#instances.start(request)
  }

  health(instanceId: string, check: { path: string; timeoutMs: number }): Promise<HealthResult> {
    return this.#instances.health(instanceId, check)
  }

  stop(instanceId: string, graceMs: number): Promise<void> {
    return this.#instances.stop(instanceId, graceMs)
  }

  list(): Promise<RunningInstance[]> {
    return this.#instances.list()
  }

  onExit(listener: (exit: InstanceExit) => void): () => void {
    return this.#instances.onExit(listener)
  }

  startExercise(request: ExerciseRequest): Promise<void> {
    return this.#exercises.start(request)
  }

  stopExercise(exerciseId: string): Promise<void> {
    return this.#exercises.stop(exerciseId)
  }

  /** Where the words of an instance are. */
  logPath(instanceId: string): string {
    return this.#instances.logPath(instanceId)
  }

  async close(): Promise<void> {
    this.#instances.close()
    await this.#exercises.endAll()
  }
}
