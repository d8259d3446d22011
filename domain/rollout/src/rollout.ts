/** The nouns of a rollout: what it is given, what it remembers, what it asks for and what it is told. All plain JSON. */
import type { DeploymentOutcome, EventPayloads } from '@sluice/contracts/events'
import type { EnvironmentPolicy } from '@sluice/contracts/policy'
import type { BackendCounters, RouterSite } from '@sluice/contracts/router'
import type { Reading } from './judge/reading.ts'

export interface ReleaseRef {
  id: string
  version: string
  /** Digest of the release's manifest, `sha256:…`. */
  digest: string
}

/** What one rollout is about. It never changes while the rollout runs. */
export interface RolloutInput {
  deploymentId: string
  environment: EnvironmentPolicy
  release: ReleaseRef
  /**
   * The release that serves now, with the id of its instance and the policy that it was deployed with; `null` for the
   * first release of an environment.
   */
  previous: (ReleaseRef & { instanceId: string; environment: EnvironmentPolicy }) | null
  /** The fixed URL of the environment at the router, and the last generation that anyone gave its table. */
  site: { name: string; port: number; generation: number }
}

/** `stable` serves now, `candidate` is the new one, `baseline` a second instance of it to compare with. */
export type InstanceRole = 'stable' | 'candidate' | 'baseline'

/** What the rollout knows of an instance. `lost`: it failed, or was never healthy. */
export interface InstanceState {
  instanceId: string
  role: InstanceRole
  releaseDigest: string
  port: number | null
  pid: number | null
  status: 'starting' | 'checking' | 'healthy' | 'lost' | 'stopping' | 'stopped'
}

/** A sentence for people, in both languages. */
export interface Sentence {
  en: string
  zh: string
}

/** An entry for the log. `deployment.finished` lacks its commits: the host knows them and adds them. */
export type RolloutEntry =
  | { kind: 'rollout.stepped'; payload: EventPayloads['rollout.stepped'] }
  | { kind: 'rollout.judged'; payload: EventPayloads['rollout.judged'] }
  | { kind: 'deployment.finished'; payload: Omit<EventPayloads['deployment.finished'], 'commits'> }

/**
 * What the host is asked to do. `id` is the same at each replay. Every command but `record` stays in `state.pending`
 * until an event with its id as `commandId` answers it; the host may run it again any time until then, and must not
 * run it after it has left `pending`. `record` is written in the transaction that stores the state.
 */
export type RolloutCommand =
  /** Run the release's migration to its end. Answers: `migrated`, `migrate-failed`. */
  | { kind: 'migrate'; id: string; releaseDigest: string }
  /** Start the instance, or adopt it where it is alive. Answers: `instance-started`, `instance-failed`. */
  | { kind: 'start-instance'; id: string; instanceId: string; role: InstanceRole; releaseDigest: string }
  /** Wait until the instance answers its health path. Answers: `healthy`, `unhealthy`. */
  | { kind: 'check-health'; id: string; instanceId: string; path: string; timeoutMs: number }
  /** Give the router this table; repeat until it took it. Answers: `weights-set`, `weights-stale`. */
  | { kind: 'set-weights'; id: string; site: RouterSite }
  /** Start the program that sends requests to the site, or leave it running. Answers: `exercise-started`, `exercise-failed`. */
  | { kind: 'start-exercise'; id: string; exerciseId: string; releaseDigest: string; siteName: string }
  /** Read the site's counters, `afterMs` from now. Answer: `observed`. */
  | { kind: 'observe'; id: string; siteName: string; afterMs: number }
  /** Answer: `exercise-stopped`, also where it does not run. */
  | { kind: 'stop-exercise'; id: string; exerciseId: string }
  /** End the instance, after its requests in flight; repeat until it is gone. Answer: `instance-stopped`. */
  | { kind: 'stop-instance'; id: string; instanceId: string }
  /** Append the entry to the log. No answer. */
  | { kind: 'record'; id: string; entry: RolloutEntry }

/** A command that waits for its answer. */
export type PendingCommand = Exclude<RolloutCommand, { kind: 'record' }>

/** What the host tells. An event whose `commandId` is not pending changes nothing: it is late, or a repetition. */
export type RolloutEvent =
  | { kind: 'begun' }
  | { kind: 'migrated'; commandId: string }
  /** `ran`: it was started, and so the release unpacked and checked. */
  | { kind: 'migrate-failed'; commandId: string; reason: string; ran: boolean }
  | { kind: 'instance-started'; commandId: string; instanceId: string; port: number; pid: number }
  /** An instance could not be started (`commandId` of the start), or died by itself (`null`). */
  | { kind: 'instance-failed'; commandId: string | null; instanceId: string; reason: string }
  | { kind: 'healthy'; commandId: string; instanceId: string }
  /** The health check failed, or (`null`) a healthy instance stopped being so. */
  | { kind: 'unhealthy'; commandId: string | null; instanceId: string; reason: string }
  | { kind: 'weights-set'; commandId: string; generation: number }
  /** The router refused the table: it has this generation already, from somebody else. */
  | { kind: 'weights-stale'; commandId: string; generation: number }
  | { kind: 'exercise-started'; commandId: string }
  | { kind: 'exercise-failed'; commandId: string; reason: string }
  | { kind: 'exercise-stopped'; commandId: string }
  | { kind: 'observed'; commandId: string; counters: BackendCounters[] }
  | { kind: 'instance-stopped'; commandId: string; instanceId: string }
  | { kind: 'cancel-requested'; by: string }
  /** Time has passed. Needed only at `deadlineOf(state)`, harmless at any other time. */
  | { kind: 'tick' }
  /** The host is back after a crash; `alive` are all instances that run. What is pending is asked for again. */
  | { kind: 'resumed'; alive: { instanceId: string; port: number; pid: number }[] }

/** Where the rollout is. */
export type RolloutPhase =
  | { kind: 'new' }
  /** The serving release is adopted, or started again, and known healthy before anything else happens. */
  | { kind: 'securing' }
  | { kind: 'migrating' }
  /** Candidate and baseline are started and become healthy. They have no weight. */
  | { kind: 'starting' }
  /** A weight is asked for, then observed. `base` is the first reading of the step, by instance. */
  | {
      kind: 'stepping'
      index: number
      weight: number
      /** When the router had the weight; `null` until then. */
      sinceMs: number | null
      base: Record<string, Reading> | null
      readings: number
    }
  /** All the weight to the candidate alone; still a way back. */
  | { kind: 'handing-over' }
  /** The old instances are stopped; no way back. */
  | { kind: 'retiring' }
  | { kind: 'aborting'; stage: 'restoring' | 'weights' | 'stopping'; outcome: 'aborted' | 'failed'; sentence: Sentence }
  | { kind: 'finished'; outcome: DeploymentOutcome; sentence: Sentence }

/** With what the judge compares the candidate. */
export type ComparedWith = 'stable' | 'baseline' | 'nothing'

/** A rollout, whole. Kept by the host between events. */
export interface RolloutState {
  version: 1
  input: RolloutInput
  phase: RolloutPhase
  comparedWith: ComparedWith
  /** Whether the serving release was known healthy before anything else was done. */
  secured: boolean
  /** Whether something of the new release ran, and so every file of it was found to be what its digest says. */
  verified: boolean
  instances: Partial<Record<InstanceRole, InstanceState>>
  /** Last generation asked for. */
  generation: number
  /** Whether the program that sends requests was asked for, and not yet asked to stop. */
  exercise: 'off' | 'on'
  /** The compared version's numbers at the last step where it had requests. */
  lastStable: Reading | null
  /** The judge's last sentence, for pages. */
  lastJudgement: EventPayloads['rollout.judged']['judgement'] | null
  pending: PendingCommand[]
}

/** What `advance` gives back. */
export interface RolloutAdvance {
  state: RolloutState
  commands: RolloutCommand[]
}
