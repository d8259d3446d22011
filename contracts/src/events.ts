/**
 * The one log: every entry says who did what when, and is written in the same transaction as the change it tells of.
 * A run's journal is the part of it for one run; console, DORA and maturity are projections of it.
 */
import type { ProcessMode } from './resource-group.ts'
import type { ClauseState, FactKind, IsolationLevel } from './evidence.ts'

/** Who caused an entry. `system` is Sluice itself (timers, analysis), named by its part. */
export interface Actor {
  kind: 'person' | 'runner' | 'system' | 'anonymous'
  /** A person's id, a runner's id, or the part of Sluice. */
  id: string
}

export type JobOutcome = 'success' | 'failed' | 'canceled'
export type RunStatus = 'running' | 'success' | 'failed' | 'canceled'
export type DeploymentOutcome = 'promoted' | 'aborted' | 'failed'

/** Numbers of one version behind the router during one analysis. Latencies in milliseconds, `null` without requests. */
export interface VersionMetrics {
  requests: number
  errors: number
  /** 0…1; `null` without requests. */
  errorRate: number | null
  latencyP50Ms: number | null
  latencyP95Ms: number | null
}

/** What the judge says at a step of a rollout. */
export interface Judgement {
  result: 'pass' | 'fail' | 'inconclusive'
  stable: VersionMetrics
  canary: VersionMetrics
  sentence: { en: string; zh: string }
}

/** What can be told in the log, by kind. Add kinds and optional fields; never change what an old entry means. */
export interface EventPayloads {
  'project.registered': { slug: string; name: string; defaultBranch: string }
  'change.pushed': { ref: string; before: string; after: string; title: string; author: string; committedAt: string }
  'session.opened': { sessionId: string }
  'runner.registered': { runnerId: string; name: string; tags: string[] }
  'run.created': {
    number: number
    ref: string
    commit: string
    beforeCommit: string
    title: string
    source: string
    deliver: boolean
    planDigest: string
    policyRef: string
    policyCommit: string
    policyDigest: string
    jobs: string[]
    /** Of a child: the run whose job began it. */
    parent?: { runId: string; number: number; job: string; attempt: number }
  }
  'run.cancel-requested': { reason: string }
  /** A run of a newer commit of its ref ends it, or these jobs of it (GitLab's `workflow:auto_cancel:on_new_commit`). */
  'run.outdated': { byRunId: string; byRunNumber: number; jobs: 'all' | string[] }
  'resource-group.configured': { group: string; processMode: ProcessMode; before: ProcessMode }
  'producers.accepted': { reason: string }
  'job.due': { job: string }
  'job.played': { job: string }
  'job.started': { job: string; attempt: number; runnerId: string; isolation: IsolationLevel }
  'job.finished': {
    job: string
    stage: string
    attempt: number
    outcome: JobOutcome
    reason: string | null
    exitCode: number | null
    /** It failed, and the disk that it ran on had no room meanwhile. */
    isDiskFull?: boolean
    durationMs: number
  }
  /** A job began another run in place of a script. */
  'child.begun': { job: string; attempt: number; childRunId: string; number: number }
  /** A job was to begin another run, and there is none. `reason`: the rest of a sentence, `its child cannot be created: …`. */
  'child.refused': { job: string; attempt: number; reason: string }
  /** `skipped`: none of its jobs ran. */
  'child.ended': {
    job: string
    attempt: number
    childRunId: string
    number: number
    status: Exclude<RunStatus, 'running'> | 'skipped'
    reason: string | null
  }
  'job.skipped': { job: string; stage: string; reason: string }
  'evidence.recorded': {
    evidenceId: string
    name: string
    fact: FactKind
    format: string
    tool: string
    job: string
    summary: Record<string, number | string | null>
  }
  'evidence.refused': { name: string; job: string; path: string; code: string; message: string }
  'gate.decided': {
    gate: string
    verdictId: string
    decision: 'open' | 'closed'
    /** `evidence`: ids of the evidence that the clause looked at. */
    clauses: { rule: string; state: ClauseState; evidence?: string[] }[]
    sentence: { en: string; zh: string }
  }
  'run.finished': { status: Exclude<RunStatus, 'running'>; reason: string | null }
  'release.created': {
    releaseId: string
    version: string
    digest: string
    commit: string
    files: number
    sizeBytes: number
  }
  'delivery.stopped': { sentence: { en: string; zh: string } }
  'deployment.started': {
    deploymentId: string
    releaseId: string
    environment: string
    tier: string
    strategy: 'recreate' | 'canary'
    digest: string
    previousReleaseId: string | null
    /** How many plain settings the policy, not the release, gives to the instances. */
    settings?: number
  }
  'rollout.stepped': { deploymentId: string; environment: string; weight: number }
  'rollout.judged': { deploymentId: string; environment: string; weight: number; judgement: Judgement }
  'deployment.finished': {
    deploymentId: string
    releaseId: string
    environment: string
    tier: string
    outcome: DeploymentOutcome
    sentence: { en: string; zh: string }
    /** Every file that ran was checked against the release's digest before it was started. */
    digestVerified?: boolean
    /** Commits that this deployment brought to the environment for the first time, with the time each was received. */
    commits: { commit: string; receivedAt: string }[]
  }
  'environment.healthy': { environment: string; releaseId: string; adopted: boolean }
  /** A person ended what served in an environment that the policy names no longer. */
  'environment.stopped': { environment: string; releaseId: string }
}

export type EventKind = keyof EventPayloads

/** One entry. `seq` is given by the store and rises without a promise of no gaps. */
export type LogEntry = {
  [K in EventKind]: {
    seq: number
    id: string
    /** RFC 3339, UTC. */
    at: string
    actor: Actor
    project: string
    runId: string | null
    kind: K
    payload: EventPayloads[K]
  }
}[EventKind]

/** An entry before the store has given it its number. */
export type NewLogEntry = LogEntry extends infer E ? (E extends LogEntry ? Omit<E, 'seq'> : never) : never
