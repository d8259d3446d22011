/** What pages and the command line are shown: projections of the log, made by the server, never stored by a client. */
import type { EvidenceSubject, Fact, IsolationLevel, ReportFileDigest, Verdict } from '../evidence.ts'
import type { Actor, DeploymentOutcome, Judgement, LogEntry, RunStatus } from '../events.ts'
import type { Reason } from '../plan.ts'
import type { ProcessMode } from '../resource-group.ts'

/** A text in both languages of the console. */
export interface Sentence {
  en: string
  zh: string
}

export type JobState =
  | 'created'
  | 'waiting'
  | 'waiting_for_resource'
  | 'pending'
  | 'running'
  | 'success'
  | 'failed'
  | 'canceled'
  | 'skipped'
  | 'manual'

/** The run that a job began, or that began this one. */
export interface RunLink {
  runId: string
  number: number
}

/** What a job begins in place of a script (GitLab's `trigger`). */
export interface DownstreamView {
  /** `null`: the job ends as soon as the other run exists. */
  strategy: 'depend' | 'mirror' | null
  /** Of the newest attempt that has one. */
  child: (RunLink & { status: RunStatus; startedAt: string; finishedAt: string | null }) | null
}

export interface JobView {
  name: string
  stage: string
  state: JobState
  /** Why it waits, was skipped, failed; empty texts when there is nothing to say. */
  stateReason: Sentence
  /** What a person is to be asked before it is started by hand (GitLab's `manual_confirmation`); `null` for nothing. */
  confirmation: string | null
  allowFailure: boolean
  /** Name of its resource group, which the run's view has; `null` without one. */
  resourceGroup: string | null
  needs: string[] | null
  /** `null` for a job with a script. One that begins another run has no attempts of its own here. */
  downstream: DownstreamView | null
  attempts: {
    number: number
    state: JobState
    runnerId: string | null
    startedAt: string | null
    finishedAt: string | null
    exitCode: number | null
    isolation: IsolationLevel | null
    logBytes: number
  }[]
  /** Why it is in the plan. */
  reasons: Reason[]
  artifacts: { type: string; files: number; sizeBytes: number }[]
}

/** A job that has a resource group or stands in line for it. */
export interface ResourceClaimView {
  runId: string
  runNumber: number
  job: string
  /** `upcoming`: it is not ready, and its place is kept by the group's mode. */
  state: 'upcoming' | 'waiting' | 'held'
}

/** A resource group of a project as it stands over all its runs. */
export interface ResourceGroupView {
  name: string
  processMode: ProcessMode
  holder: ResourceClaimView | null
  /** The next one first. */
  line: ResourceClaimView[]
}

export interface EvidenceView {
  id: string
  name: string
  job: string
  attempt: number
  format: string
  tool: string
  at: string
  reportPath: string
  reportDigest: string
  /** Every raw file, in the order of the paths. */
  reportFiles: ReportFileDigest[]
  subject: EvidenceSubject
  keyIds: string[]
  fact: Fact
  sentence: Sentence
}

export interface GateView {
  name: string
  after: string
  state: 'waiting' | 'open' | 'closed'
  verdict: Verdict | null
}

export interface ReleaseView {
  id: string
  version: string
  digest: string
  commit: string
  title: string
  runId: string
  runNumber: number
  createdAt: string
  files: number
  sizeBytes: number
}

/** One deployment of a release to an environment; a rollout with its steps. */
export interface DeploymentView {
  id: string
  environment: string
  tier: string
  strategy: 'recreate' | 'canary'
  state: 'running' | DeploymentOutcome
  /** What it does now, or how it ended. */
  sentence: Sentence
  release: { id: string; version: string; digest: string }
  /** `null` for the first release of the environment. */
  previous: { id: string; version: string; digest: string } | null
  startedAt: string
  finishedAt: string | null
  /** Per cent of the requests that the new version gets now. */
  weight: number
  steps: {
    weight: number
    state: 'waiting' | 'running' | 'passed' | 'failed' | 'inconclusive'
    startedAt: string | null
    judgement: Judgement | null
  }[]
  /** The newest numbers while a step runs. */
  current: Judgement | null
}

export interface EnvironmentView {
  name: string
  tier: string
  url: string
  state: 'empty' | 'healthy' | 'deploying' | 'unhealthy'
  /** Whether the policy in force names it. One that it names no longer serves on as it is, and gets no further release. */
  inPolicy: boolean
  release: { id: string; version: string; digest: string; commit: string; runId: string; since: string } | null
  /** Of the deployment under way. */
  candidate: { id: string; version: string; digest: string; weight: number } | null
}

export interface RunSummary {
  id: string
  number: number
  project: string
  ref: string
  commit: string
  title: string
  author: string
  source: string
  status: RunStatus
  /** `delivered`: production runs it. `stopped`: the sentence says by what. */
  delivery: 'none' | 'waiting' | 'delivering' | 'delivered' | 'stopped'
  sentence: Sentence
  createdAt: string
  finishedAt: string | null
  /** A job ran without isolation. */
  unisolated: boolean
  /** Whose child it is, and which job began it; `null` for a run that is no child. */
  parent: (RunLink & { job: string }) | null
}

export interface RunView extends RunSummary {
  deliver: boolean
  trigger: Actor
  policy: { ref: string; commit: string; digest: string }
  planDigest: string
  stages: { name: string; jobs: JobView[] }[]
  excluded: { name: string; stage: string; reasons: Reason[] }[]
  evidence: EvidenceView[]
  refusedReports: { name: string; job: string; path: string; code: string; message: string }[]
  gates: GateView[]
  /** Those that its jobs name, in the order of their names. */
  resourceGroups: ResourceGroupView[]
  release: ReleaseView | null
  deployments: DeploymentView[]
  environments: EnvironmentView[]
  /** Its part of the log, oldest first. */
  log: LogEntry[]
}

export interface ProjectSummary {
  slug: string
  name: string
  defaultBranch: string
  environments: EnvironmentView[]
  lastRun: RunSummary | null
}

export interface ProjectView extends ProjectSummary {
  runs: RunSummary[]
  dora: DoraView
  releases: ReleaseView[]
}

/** One figure with what it stands on. `value` is `null` where there is nothing to say, and `reason` then says why. */
export interface FigureView {
  value: number | null
  unit: 'ms' | 'per-day' | 'ratio'
  n: number
  reason: Sentence | null
  /** For durations: percentiles in milliseconds. */
  percentiles: { p50: number; p75: number; p90: number } | null
  /** Sequence numbers of the log entries behind it. */
  entries: number[]
}

export interface DoraView {
  windowMs: number
  leadTime: FigureView
  deploymentFrequency: FigureView
  failedDeploymentRecoveryTime: FigureView
  changeFailRate: FigureView
  deploymentReworkRate: FigureView
}

export type CriterionState = 'met' | 'not_met' | 'partial' | 'unknown'

export interface CriterionView {
  id: string
  level: number
  mode: 'A' | 'M' | 'H'
  text: Sentence
  state: CriterionState
  reason: Sentence
  heldSince: string | null
  evidence: {
    kind: 'run' | 'evidence' | 'verdict' | 'deployment' | 'release' | 'entry'
    id: string
    runId: string | null
    text: Sentence
  }[]
}

export interface MaturityView {
  model: { id: string; edition: string; note: Sentence }
  windowMs: number
  assessedAt: string
  counts: Record<CriterionState, number>
  levels: { number: number; name: Sentence }[]
  overall: { strictMin: number; share: number; sentence: Sentence }
  domains: {
    id: string
    name: Sentence
    items: { id: string; name: Sentence; grade: number; next: Sentence; criteria: CriterionView[] }[]
  }[]
}

export interface SessionView {
  actor: Actor
  /** Names of the permissions that the actor has. */
  permissions: string[]
  /** To be sent as `X-Sluice-Csrf` with every write; `null` without a session. */
  csrf: string | null
}

/** A piece of a job's log. Offsets count bytes; `text` is decoded as UTF-8 on whole characters. */
export interface LogChunk {
  offset: number
  nextOffset: number
  text: string
  /** The attempt has ended and this is the end of its log. */
  complete: boolean
}

/** What the event stream says: something changed; ask again for what you show. */
export interface ChangeNotice {
  seq: number
  project: string
  runId: string | null
  kind: LogEntry['kind'] | 'job.log' | 'rollout.observed' | 'delivery.changed' | 'resource.changed'
}

/** Every error that leaves the API. */
export interface ApiError {
  code: string
  message: string
}
