/**
 * What a rollout needs of the world. The machine (`advance`) calls none of this: a host runs its commands on these
 * ports and answers with events. Every operation is safe to repeat, because a host that crashed repeats what it does
 * not know to be done.
 */
import type { ProcessTarget } from '@sluice/contracts/policy'
import type { BackendCounters, RouterSite, RouterSiteStatus } from '@sluice/contracts/router'
import type { InstanceRole } from './rollout.ts'

/** How a release is run in one environment: the policy's words, and what is secret. */
export interface ServiceSettings {
  /** Name of the environment, told to the service as `ENVIRONMENT`. */
  environment: string
  policy: ProcessTarget
  /** Variables that never appear in arguments, logs, records or errors: `DATABASE_URL`. */
  secrets: Record<string, string>
}

/** An instance that is alive. */
export interface RunningInstance {
  instanceId: string
  role: InstanceRole
  releaseDigest: string
  /** Loopback port it listens on, or will. */
  port: number
  pid: number
}

export interface StartRequest {
  /** `[A-Za-z0-9._-]`, at most 150 characters; chosen by the caller, unique for ever. */
  instanceId: string
  role: InstanceRole
  releaseDigest: string
  service: ServiceSettings
}

export interface MigrateRequest {
  /** Id of the command; a migration that succeeded under it is not run again. */
  commandId: string
  releaseDigest: string
  service: ServiceSettings
}

export interface MigrateResult {
  succeeded: boolean
  exitCode: number | null
  /** The end of what it wrote, secrets masked; at most 64 KiB. */
  output: string
}

export interface ExerciseRequest {
  /** Unique per rollout. */
  exerciseId: string
  releaseDigest: string
  service: ServiceSettings
  /** Told to the program as `TARGET_URL`. */
  targetUrl: string
}

export type HealthResult = { healthy: true; afterMs: number } | { healthy: false; reason: string }

export interface InstanceExit {
  instanceId: string
  /** What is known of the end, for people: `exit code 1`, `signal SIGKILL`, `gone`. */
  reason: string
}

/**
 * The place where instances of releases run.
 *
 * Promises:
 * 1. Operations on one instance id never overlap: they wait for each other, in the order of the calls. Those on
 *    different ids run at once.
 * 2. What it starts outlives the process that holds the Target; a new Target over the same place adopts it (`list`).
 * 3. No operation on a release begins before every file of it is there with the digest that its manifest names.
 */
export interface Target {
  /**
   * Runs the release's migration to its end. Resolves without running anything where the policy has none, or where
   * one succeeded under the same `commandId`. After a crash it may run a second time: migrations must bear that.
   */
  migrate(request: MigrateRequest): Promise<MigrateResult>
  /**
   * Starts one instance. Alive under this id: gives that one back and starts nothing, also after a crash of the
   * caller at any point. Dead under this id: starts it again, on the same port where that is free. Stopped under this id: refuses, so that a late start
   * never undoes a stop. Resolves when the process exists, not when it is healthy.
   * @throws SluiceError where the release is damaged, the program cannot be started, or the id was stopped.
   */
  start(request: StartRequest): Promise<RunningInstance>
  /** Asks the instance's health path until it answers 2xx, `timeoutMs` is over, or the instance is dead. Never throws for those. */
  health(instanceId: string, check: { path: string; timeoutMs: number }): Promise<HealthResult>
  /**
   * Asks the instance to end (SIGTERM), waits up to `graceMs`, then ends it by force. Resolves when it is gone; at
   * once where it is unknown or gone already. The id never starts again.
   */
  stop(instanceId: string, graceMs: number): Promise<void>
  /** All instances that are alive now, adopted ones too, by id. */
  list(): Promise<RunningInstance[]>
  /** Calls `listener` once for each instance that ends without `stop`. Gives back how to end listening. */
  onExit(listener: (exit: InstanceExit) => void): () => void
  /** Starts the program that sends requests; alive under this id: leaves it. Starts nothing where the policy has none. */
  startExercise(request: ExerciseRequest): Promise<void>
  /** Ends it by force; resolves when it is gone, at once where it is unknown. The id never starts again. */
  stopExercise(exerciseId: string): Promise<void>
  /** Ends watching. Instances stay up; exercises are ended. */
  close(): Promise<void>
}

/**
 * Divides the requests of a site among instances.
 *
 * Promises:
 * 1. `apply` replaces the site's whole table and resolves when new requests follow it; requests in flight end where
 *    they are.
 * 2. The generation orders writers: an older one than the router has is refused with `ROLLOUT_GENERATION_STALE` and
 *    changes nothing; the same one with the same table is done already; the same one with another table is refused.
 *    A port that cannot be listened on is refused with `ROLLOUT_PORT_UNAVAILABLE`.
 * 3. Of `n` requests after an `apply` each backend gets its weight in per cent, rounded by at most one request per
 *    backend, where all backends answer.
 * 4. The table outlives the router's and the caller's process.
 */
export interface TrafficRouter {
  apply(site: RouterSite): Promise<RouterSiteStatus>
  /** All sites, by name. */
  status(): Promise<RouterSiteStatus[]>
  /** Forgets the site and frees its port. Resolves also where it is unknown. */
  remove(siteName: string): Promise<void>
}

/**
 * Counts what happened to requests.
 *
 * Promises: counters of one backend only rise while it stays in the site's table; they may begin anew at zero when
 * the source restarts. A site or backend without requests is there with zeros, an unknown site is an empty list.
 */
export interface MetricSource {
  read(siteName: string): Promise<BackendCounters[]>
}
