import type { PlanArtifacts, PlanCache, PlanJob, PlanTrigger, PlanVariable } from '@sluice/contracts/plan'
import type { ReportSource } from '@sluice/contracts/policy'
import { jobFacts } from './job-facts.ts'
import { stepsOf } from './steps-of.ts'

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
  /** Variables known only now, secrets among them; they win over the plan's. */
  variables?: readonly PlanVariable[]
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
  return {
    id: jobId,
    token: jobToken,
    allow_git_fetch: true,
    job_info: { id: jobId, name: job.name, stage: job.stage, project_id: project.id, project_name: project.slug },
    git_info: gitInfoOf(offer),
    runner_info: { timeout: seconds(job.timeoutMs) },
    variables: variablesOf(offer),
    steps: stepsOf(job).map((step) => ({
      name: step.name,
      script: step.script,
      timeout: seconds(step.timeoutMs),
      when: step.when,
      allow_failure: step.allowFailure,
    })),
    artifacts: artifactsOf(job.artifacts, offer.reportSources),
    cache: job.cache.length === 0 ? null : job.cache.map((cache) => cacheOf(cache, isProtected(offer.trigger))),
    dependencies: offer.dependencies.map(({ jobId: id, token, name, sizeBytes }) => ({
      id,
      token,
      name,
      artifacts_file: { filename: 'artifacts.zip', size: sizeBytes },
    })),
    features: { trace_sections: true },
  }
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
  return [...jobFacts(offer.job), ...offer.job.variables, ...(offer.variables ?? []), ...own].map((variable) => ({
    key: variable.key,
    value: variable.value,
    public: !variable.masked,
    masked: variable.masked ?? false,
    file: variable.file ?? false,
    raw: variable.raw ?? false,
  }))
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
  for (const { name, path } of sources) entries.push(report(name, 'sluice_report', [path]))
  return entries.length === 0 ? null : entries
}

const expireInOf = (expireInMs: number | null): string =>
  expireInMs === null ? 'never' : `${Math.ceil(expireInMs / 1000)} seconds`

/** Only the default branch is protected: policy is read from it, and what it caches must not come from other branches. */
const isProtected = ({ refType, ref, defaultBranch }: PlanTrigger): boolean =>
  refType === 'branch' && ref === defaultBranch

/**
 * As GitLab does, the key's last part keeps the caches of protected branches apart from all others, so that nobody can
 * put something into a cache that a protected branch then runs. Where the runner adds the digest of key files, it comes
 * after this.
 */
function cacheOf(cache: PlanCache, ofProtected: boolean) {
  const key = cache.keyFiles.length === 0 ? cache.key : cache.keyPrefix
  const suffix = ofProtected ? 'protected' : 'non_protected'
  return {
    key: key === '' ? suffix : `${key}-${suffix}`,
    sluice_key_files: cache.keyFiles,
    paths: cache.paths,
    untracked: cache.untracked,
    policy: cache.policy,
    when: cache.when,
  }
}
