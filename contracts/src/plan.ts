/**
 * The plan: a pipeline compiled for one change. It is what `domain/pipeline` makes, `domain/engine` runs and
 * `domain/execution` turns into steps. Plain JSON: canonical, digestible, stored beside the run.
 */

import type { JobInputValue, PlanImage, PlanJobOptions, PlanKubernetes, PlanService } from './job-options.ts'

export type {
  JobInputValue,
  PlanImage,
  PlanJobInput,
  PlanJobOptions,
  PlanKubernetes,
  PlanPages,
  PlanRelease,
  PlanReleaseLink,
  PlanRunStep,
  PlanSecret,
  PlanService,
  PullPolicy,
} from './job-options.ts'

/** Where a statement in a plan comes from. Lines and columns count from 1. */
export interface SourcePosition {
  /**
   * Path inside the repository, with forward slashes; of an included file from elsewhere its name for people, such as
   * `project group/ci@v1: templates/build.yml`.
   */
  path: string
  line: number
  column: number
}

/** One link of the chain that tells why a job is in or out, or why it has a value. */
export interface Reason {
  /** What decided: a rule, the workflow, a default, the absence of rules … */
  kind:
    | 'rule'
    | 'workflow'
    | 'default'
    | 'include'
    | 'extends'
    | 'parallel'
    | 'only'
    | 'except'
    | 'needs'
    | 'no-rules'
    | 'no-match'
  /** A sentence for people, in English, e.g. `rules[0] matched: $CI_COMMIT_BRANCH == "main"`. */
  text: string
  position?: SourcePosition
  /** The variables that the decision looked at, with the values it saw. `null` stands for "not set". */
  values?: Record<string, string | null>
}

/** A variable as a job receives it. */
export interface PlanVariable {
  key: string
  value: string
  /** The runner replaces the value in logs. */
  masked?: boolean
  /** The value is written to a file and the variable holds its path. */
  file?: boolean
  /** No further expansion. */
  raw?: boolean
  /** The value before variables were filled in, where a dotenv report may still change what it becomes. */
  written?: string
}

/** A job that must have ended before this one starts. */
export interface PlanNeed {
  job: string
  /** Whether the artifacts of that job are handed on. */
  artifacts: boolean
  /** No fault when that job is not in the plan. */
  optional: boolean
}

/** Which reports a job declares under `artifacts:reports`, by GitLab's name of the kind. */
export type PlanReports = Record<string, string[]>

/** `artifacts:` of a job. */
export interface PlanArtifacts {
  name: string
  paths: string[]
  exclude: string[]
  untracked: boolean
  when: 'on_success' | 'on_failure' | 'always'
  /** `null` keeps them for ever. */
  expireInMs: number | null
  reports: PlanReports
  /** Format of `reports.coverage_report`; absent: Cobertura. */
  coverageFormat?: 'jacoco'
  /** Who may download them, GitLab's roles. Absent: all who see the project. */
  access?: 'developer' | 'maintainer' | 'none'
  /** Name of the link that a merge request shows. */
  exposeAs?: string
}

/** One entry of `cache:`. The key is final but for `files`, whose content the runner hashes in the workspace. */
export interface PlanCache {
  key: string
  /** When set, the key is `prefix` + the digest of these files' content. */
  keyFiles: string[]
  keyPrefix: string
  paths: string[]
  untracked: boolean
  policy: 'pull' | 'push' | 'pull-push'
  when: 'on_success' | 'on_failure' | 'always'
  /** `keyFiles` stand for the newest commit that changed them, not for their content. */
  keyByCommit?: true
  /** Keys to try in this order where nothing is kept under the key, five at most. */
  fallbackKeys?: string[]
  /** Protected and other branches share it. */
  unprotect?: true
}

/** Why a failed attempt may be tried again (GitLab's `retry:when`). */
export type RetryReason =
  | 'always'
  | 'unknown_failure'
  | 'script_failure'
  | 'api_failure'
  | 'stuck_or_timeout_failure'
  | 'runner_system_failure'
  | 'runner_unsupported'
  | 'stale_schedule'
  | 'job_execution_timeout'
  | 'archived_failure'
  | 'unmet_prerequisites'
  | 'scheduler_failure'
  | 'data_integrity_failure'
  | 'runner_provisioning_timeout'

/** Which of the jobs that one written job stands for (GitLab's `parallel`). */
export interface PlanParallel {
  /** The name as the pipeline writes it. */
  job: string
  /** Counts from 1. */
  index: number
  total: number
}

/** `environment:` of a job; what it does not say is absent. */
export interface PlanEnvironment {
  name: string
  url: string | null
  /** `start`, `prepare`, `stop`, `verify`, `access`. */
  action: string
  /** The job that stops it; it has the same environment with `action: stop`. */
  onStop?: string
  /** A duration as written, such as `1 week`, or `never`. */
  autoStopIn?: string
  /** `production`, `staging`, `testing`, `development`, `other`. */
  tier?: string
  kubernetes?: PlanKubernetes
}

/** `trigger:` of a job: the pipeline that begins in place of a script. */
export interface PlanDownstream {
  /**
   * What the job waits for: `depend` and `mirror` for the end of the other pipeline, which becomes its own; one whose jobs
   * were all left out fails the first and skips the second. Absent: the job ends as soon as the other pipeline exists.
   */
  strategy?: 'depend' | 'mirror'
  /** Whether variables that are only known when the job begins, of the start and of dotenv reports, go with it. */
  forwardsPipelineVariables: boolean
  /** Variables for the other pipeline, where they win over all that its files say. */
  variables: PlanVariable[]
  target: DownstreamTarget
}

/** Which pipeline a trigger job begins. */
export type DownstreamTarget = ChildTarget | ProjectTarget

/** A child: a pipeline of the same commit, from other files. */
export interface ChildTarget {
  kind: 'child'
  /** `trigger:include` as it is written, inputs filled in: a text, a map, or a list of them. */
  include: unknown
  /** Where it is written. */
  place: SourcePosition
  /** The child as it would be planned now; absent where that cannot be told yet, or where there can be none. */
  plan?: Plan
  /** Why there is no plan yet, the rest of a sentence: `its child is <unknown>`. */
  unknown?: string
  /** Why it cannot be created, the rest of a sentence: `its child cannot be created: <refused>`. */
  refused?: string
}

/** The pipeline of another project. */
export interface ProjectTarget {
  kind: 'project'
  /** Its full path, `group/project`. */
  project: string
  /** Absent: its default branch. */
  branch?: string
  inputs?: Record<string, JobInputValue>
}

/** `needs:pipeline` with `job`: what a job takes from a pipeline above it, or beside it. */
export interface PlanUpstreamNeed {
  /** The run's id, or a reference to a variable that holds it. */
  pipeline: string
  job: string
}

export interface PlanJob extends PlanJobOptions {
  name: string
  stage: string
  /** For one of the jobs that `parallel` makes. */
  parallel?: PlanParallel
  /** `null`: waits for all jobs of all earlier stages. A list, also an empty one, makes it a node of the DAG. */
  needs: PlanNeed[] | null
  /** Jobs of earlier stages whose artifacts are handed on; `null` stands for all of them. Unused where `needs` is a list. */
  dependencies: string[] | null
  beforeScript: string[]
  script: string[]
  afterScript: string[]
  /** The job's own variables after expansion, in order of precedence, later ones win. Predefined ones included. */
  variables: PlanVariable[]
  when: 'on_success' | 'on_failure' | 'always' | 'manual' | 'delayed'
  /** With `when: delayed`. */
  startInMs: number | null
  /** `true`, `false`, or the exit codes that do not fail the run. */
  allowFailure: boolean | { exitCodes: number[] }
  retry: { max: number; when: RetryReason[]; exitCodes: number[] }
  timeoutMs: number
  interruptible: boolean
  resourceGroup: string | null
  tags: string[]
  image: PlanImage | null
  services: PlanService[]
  environment: PlanEnvironment | null
  coverage: string | null
  artifacts: PlanArtifacts | null
  cache: PlanCache[]
  /** For a job that begins another pipeline; it has no script. */
  downstream?: PlanDownstream
  /** Jobs of other pipelines of the same tree whose artifacts are handed on; absent where there are none. */
  upstreamNeeds?: PlanUpstreamNeed[]
  /**
   * SHA-256 of what this job does (script family, image, services, own variables, artifacts, cache), without what
   * differs from run to run. Two commits with the same digest run the same job.
   */
  definitionDigest: string
  /** Why it is in the plan and what shaped it, outermost first. Never empty. */
  reasons: Reason[]
}

/** A job that the pipeline defines and this change does not run. */
export interface ExcludedJob {
  name: string
  stage: string
  parallel?: PlanParallel
  reasons: Reason[]
}

/** What happened that a plan is made for. */
export interface PlanTrigger {
  /** GitLab's `CI_PIPELINE_SOURCE`. */
  source: 'push' | 'web' | 'api' | 'schedule' | 'merge_request_event' | 'trigger' | 'pipeline' | 'parent_pipeline'
  /** Branch or tag name, without `refs/heads/`. */
  ref: string
  refType: 'branch' | 'tag'
  commit: string
  /** The commit the ref stood at before; forty zeros for a new ref. */
  beforeCommit: string
  defaultBranch: string
  /** With `merge_request_event`; `ref` is the source branch. */
  mergeRequest?: PlanMergeRequest
}

export interface PlanMergeRequest {
  /** Number within the project. */
  iid: number
  targetBranch: string
  /** Newest commit that source and target share; absent where it is not known. */
  diffBase?: string
}

/** When runs and their jobs are canceled by themselves (GitLab's `workflow:auto_cancel`). */
export interface PlanAutoCancel {
  /** What a newer commit of the ref does to a run: `conservative` cancels it while only interruptible jobs have started. */
  onNewCommit: 'conservative' | 'interruptible' | 'none'
  /** What a failed job does to the others. */
  onJobFailure: 'all' | 'none'
}

export interface Plan {
  version: 1
  /** Slug of the project. */
  project: string
  /** `workflow:name` with its variables filled in; absent where the pipeline has none. */
  name?: string
  /** Absent where the pipeline does not say: then GitLab's `conservative` and `none`. */
  autoCancel?: PlanAutoCancel
  trigger: PlanTrigger
  /** Every stage of the pipeline in order, `.pre` and `.post` only where a job uses them. */
  stages: string[]
  /** In the pipeline's order. */
  jobs: PlanJob[]
  excluded: ExcludedJob[]
  /** Things worth telling that are no mistakes. */
  warnings: Reason[]
}
