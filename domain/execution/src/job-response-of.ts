import type {
  PlanArtifacts,
  PlanCache,
  PlanImage,
  PlanJob,
  PlanService,
  PlanTrigger,
  PlanVariable,
} from '@sluice/contracts/plan'
import { pathsOfReport, type ReportSource } from '@sluice/contracts/policy'
import { jobFacts } from './job-facts.ts'
import { missingProviders } from './missing-providers.ts'
import { stepsOf, type ScriptStep } from './steps-of.ts'

/** What the server adds to a planned job when it hands it to a runner. */
export interface JobOffer {
  job: PlanJob
  trigger: PlanTrigger
  /** Number of the attempt, as the runner's calls name it. */
  jobId: number
  /** The attempt's own token. The runner keeps it from the job, which could end its own attempt with it. */
  jobToken: string
  /** The job's, handed to it as `CI_JOB_TOKEN`: it reads the project's sources and nothing else. */
  sourcesToken: string
  project: { id: number; slug: string }
  /** HTTP address of the repository, without credentials. */
  repoUrl: string
  /** Commits to fetch; 0 fetches all. Default 50, as GitLab. */
  depth?: number
  dependencies: readonly JobDependency[]
  /** Reports that the policy wants of this job, beyond what the job declares. */
  reportSources: readonly Pick<ReportSource, 'name' | 'path'>[]
  /** Whose caches it may have. */
  cacheRuns: CacheRuns
  /** Variables known only now, secrets among them; they win over the plan's. */
  variables?: readonly PlanVariable[]
  /** Why it must not begin: the rest of a sentence, `Cannot begin: …`. What `missingProviders` finds comes first. */
  refusal?: string
}

/** Whose caches a job finds: each run, or line of children, has a label of its own; it begins with a number. */
export interface CacheRuns {
  /** Its own, where it also saves. */
  own: string
  /** Of the runs above a child, and of runs of the protected branch, before this one, that succeeded; tried in this order. */
  others: readonly string[]
}

/** A job whose artifacts this one receives. */
export interface JobDependency {
  jobId: number
  /** Token that may read those artifacts. */
  token: string
  name: string
  sizeBytes: number
}

/** One entry of `artifacts` in GitLab's answer: the archive, or one kind of report. */
interface OfferedArtifact {
  name: string
  untracked: boolean
  paths: string[]
  exclude: string[]
  when: PlanArtifacts['when']
  expire_in: string
  artifact_type: string
  artifact_format: 'zip' | 'gzip'
}

/**
 * Answer to GitLab Runner's request for a job, as the contract of the runner's calls has it (`jobResponse`). Pure: the
 * same offer, the same answer.
 */
export function jobResponseOf(offer: JobOffer) {
  const { job, jobId, jobToken, project } = offer
  const refusal = missingProviders(job) ?? offer.refusal ?? null
  return {
    id: jobId,
    token: jobToken,
    allow_git_fetch: true,
    job_info: { id: jobId, name: job.name, stage: job.stage, project_id: project.id, project_name: project.slug },
    git_info: gitInfoOf(offer),
    runner_info: { timeout: seconds(job.timeoutMs) },
    variables: variablesOf(offer),
    ...(job.image === null ? {} : { image: containerOf(job.image) }),
    ...(job.services.length === 0 ? {} : { services: job.services.map(containerOf) }),
    ...(refusal === null ? hooksOf(job) : { sluice_refusal: refusal }),
    steps: (refusal === null ? stepsOf(job) : refusedSteps(job, refusal)).map((step) => ({
      name: step.name,
      script: step.script,
      timeout: seconds(step.timeoutMs),
      when: step.when,
      allow_failure: step.allowFailure,
    })),
    artifacts: artifactsOf(job.artifacts, offer.reportSources),
    cache: job.cache.length === 0 ? null : job.cache.map((cache) => cacheOf(cache, offer.cacheRuns)),
    dependencies: offer.dependencies.map(({ jobId: id, token, name, sizeBytes }) => ({
      id,
      token,
      name,
      artifacts_file: { filename: 'artifacts.zip', size: sizeBytes },
    })),
    features: { trace_sections: true },
  }
}

/** For runners that do not know `sluice_refusal`: they must not run the script either. */
function refusedSteps(job: PlanJob, refusal: string): ScriptStep[] {
  const script = [`echo 'Cannot begin: ${refusal.replaceAll("'", '')}'`, 'exit 1']
  return stepsOf({ beforeScript: [], script, afterScript: [], timeoutMs: job.timeoutMs })
}

function hooksOf({ hooks }: PlanJob): { hooks?: { name: string; script: string[] }[] } {
  const script = hooks?.preGetSourcesScript ?? []
  return script.length === 0 ? {} : { hooks: [{ name: 'pre_get_sources_script', script }] }
}

/** GitLab Runner's `Image`, which services are too. */
function containerOf({ name, pullPolicy, docker, kubernetes, ...more }: PlanImage | PlanService) {
  const { entrypoint = [] } = more
  const service = 'alias' in more ? more : null
  const options = { ...(docker === undefined ? {} : { docker }), ...(kubernetes === undefined ? {} : { kubernetes }) }
  return {
    name,
    ...(entrypoint.length === 0 ? {} : { entrypoint }),
    ...(pullPolicy === undefined ? {} : { pull_policy: pullPolicy }),
    ...(Object.keys(options).length === 0 ? {} : { executor_opts: options }),
    ...(service?.alias == null ? {} : { alias: service.alias }),
    ...(service?.command === undefined ? {} : { command: service.command }),
    ...(service?.variables === undefined ? {} : { variables: service.variables.map(runnerVariable) }),
  }
}

function runnerVariable({ key, value, masked = false, file = false, raw = false }: PlanVariable) {
  return { key, value, public: !masked, masked, file, raw }
}

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000))

function gitInfoOf({ trigger, repoUrl, depth = 50 }: JobOffer) {
  const { ref, refType } = trigger
  const refspec =
    refType === 'tag' ? `+refs/tags/${ref}:refs/tags/${ref}` : `+refs/heads/${ref}:refs/remotes/origin/${ref}`
  return {
    repo_url: repoUrl,
    ref,
    sha: trigger.commit,
    before_sha: trigger.beforeCommit,
    ref_type: refType,
    refspecs: [refspec],
    depth,
    protected: isProtected(trigger),
  }
}

function variablesOf(offer: JobOffer) {
  const own: PlanVariable[] = [
    { key: 'CI_JOB_ID', value: String(offer.jobId) },
    { key: 'CI_JOB_TOKEN', value: offer.sourcesToken, masked: true },
  ]
  return [...jobFacts(offer.job), ...offer.job.variables, ...(offer.variables ?? []), ...own].map(runnerVariable)
}

/** Reports travel gzipped one by one and whatever the job's result: a failed test job's report is the one that matters. */
function artifactsOf(
  artifacts: PlanArtifacts | null,
  sources: readonly Pick<ReportSource, 'name' | 'path'>[],
): OfferedArtifact[] | null {
  const entries: OfferedArtifact[] = []
  const expireIn = artifacts === null ? 'never' : expireInOf(artifacts.expireInMs)
  const report = (name: string, kind: string, paths: string[]): OfferedArtifact => ({
    name,
    untracked: false,
    paths,
    exclude: [],
    when: 'always',
    expire_in: expireIn,
    artifact_type: kind,
    artifact_format: 'gzip',
  })
  if (artifacts !== null && (artifacts.paths.length > 0 || artifacts.untracked))
    entries.push({
      name: artifacts.name,
      untracked: artifacts.untracked,
      paths: artifacts.paths,
      exclude: artifacts.exclude,
      when: artifacts.when,
      expire_in: expireIn,
      artifact_type: 'archive',
      artifact_format: 'zip',
    })
  for (const [kind, paths] of Object.entries(artifacts?.reports ?? {}))
    if (paths.length > 0) entries.push(report(kind, kind, paths))
  for (const source of sources) entries.push(report(source.name, 'sluice_report', pathsOfReport(source)))
  return entries.length === 0 ? null : entries
}

const expireInOf = (expireInMs: number | null): string =>
  expireInMs === null ? 'never' : `${Math.ceil(expireInMs / 1000)} seconds`

/** Only the default branch is protected: policy is read from it. */
const isProtected = ({ refType, ref, defaultBranch }: PlanTrigger): boolean =>
  refType === 'branch' && ref === defaultBranch

/**
 * The key's last part is the run: a job finds what its own run saved, else what the newest runs of the protected branch
 * that passed their gates saved, and saves for its own run. GitLab keeps protected branches apart from others and no
 * more, so a change that a gate stopped could leave in the cache what later changes then run. With `unprotect` all runs
 * share one. Where the runner adds the digest of key files, it comes after this.
 */
function cacheOf(cache: PlanCache, runs: CacheRuns) {
  const key = cache.keyFiles.length === 0 ? cache.key : cache.keyPrefix
  const [own, ...others] = cache.unprotect === true ? ['shared'] : [runs.own, ...runs.others].map((run) => `r${run}`)
  const keyOf = (base: string, run: string | undefined): string => (base === '' ? `${run}` : `${base}-${run}`)
  const earlier = others.map((run) => keyOf(key, run))
  const fallback = (cache.fallbackKeys ?? []).flatMap((base) => [own, ...others].map((run) => keyOf(base, run)))
  return {
    key: keyOf(key, own),
    fallback_keys: cache.keyFiles.length === 0 ? [...earlier, ...fallback] : fallback,
    sluice_key_files: cache.keyFiles,
    sluice_earlier_keys: cache.keyFiles.length === 0 ? [] : earlier,
    sluice_key_by_commit: cache.keyByCommit === true,
    paths: cache.paths,
    untracked: cache.untracked,
    policy: cache.policy,
    when: cache.when,
  }
}
