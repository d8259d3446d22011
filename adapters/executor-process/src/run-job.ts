import { randomUUID } from 'node:crypto'
import type { PlanArtifacts, PlanCache, PlanJob } from '@sluice/contracts/plan'
import { pathsOfReport, type ReportSource } from '@sluice/contracts/policy'
import {
  createMasker,
  stepsOf,
  type ArtifactManifest,
  type BlobStore,
  type BoundPath,
  type Executor,
  type Isolation,
  type OnOutput,
  type Workspace,
} from '@sluice/execution'
import type { Clock } from '@sluice/kernel'
import type { CacheStore } from './cache-store.ts'
import { copyFolder } from './copy-folder.ts'
import { jobCaches, type CacheRequest, type JobCaches } from './job-caches.ts'
import { runSteps, type StepsResult } from './run-steps.ts'

/** One planned job to be run in this process, as the command line does. */
export interface JobRequest {
  job: Pick<
    PlanJob,
    'name' | 'beforeScript' | 'script' | 'afterScript' | 'timeoutMs' | 'variables' | 'artifacts' | 'cache'
  >
  /** Folder name inside, below `/builds`: the project's slug. */
  project: string
  /** A folder with the change's files. It is copied and never written to. */
  snapshot: string
  /** Of this machine, with this isolation. */
  executor: Executor
  isolation: Isolation
  /** `null`: the job's caches are left alone. */
  caches: CacheStore | null
  blobs: BlobStore
  clock: Clock
  /** File sets of earlier jobs, written into the workspace in this order. */
  artifacts: readonly ArtifactManifest[]
  readOnlyPaths: readonly (string | BoundPath)[]
  /** Environment before the job's variables, such as PATH. */
  env: Readonly<Record<string, string>>
  /** Reports wanted beyond those that the job declares. */
  reportSources: readonly Pick<ReportSource, 'name' | 'path'>[]
  /** Masked output in order. */
  onOutput: OnOutput
  signal: AbortSignal
}

/** One report file. `kind` is GitLab's name of it, or `sluice_report` for one that the policy wants. */
export interface JobReport {
  kind: string
  name: string
  path: string
  digest: string
  sizeBytes: number
}

type JobOutcome = StepsResult & {
  /** `null`: the job declares none, or not for this result. */
  artifacts: ArtifactManifest | null
  reports: JobReport[]
}

export type JobResult = JobOutcome & { durationMs: number }

/** Runs one planned job in a workspace of its own and takes it away again. */
export async function runJob(request: JobRequest): Promise<JobResult> {
  const { job, clock } = request
  const startedMs = clock.now()
  const variables = job.variables.map(({ masked = false, file = false, ...variable }) => ({
    ...variable,
    masked,
    file,
  }))
  const workspace = await request.executor.prepare({
    id: randomUUID(),
    project: request.project,
    readOnlyPaths: request.readOnlyPaths,
    env: request.env,
    variables,
  })
  const caches = cachesOf(request, workspace)
  try {
    return { ...(await runIn(request, workspace, caches)), durationMs: clock.now() - startedMs }
  } finally {
    await workspace.remove()
    await caches?.release()
  }
}

async function runIn(request: JobRequest, workspace: Workspace, caches: JobCaches | null): Promise<JobOutcome> {
  const { job } = request
  await copyFolder(request.snapshot, workspace.folder, request.isolation.owner('job'))
  await caches?.restore()
  for (const manifest of request.artifacts) await workspace.extract(manifest, request.blobs)
  const result = await runMasked(request, workspace)
  const artifacts = wantsArtifacts(job.artifacts, result) ? await workspace.collect(job.artifacts, request.blobs) : null
  const reports = await collectReports(request, workspace)
  // Last, as it may take files away.
  if (result.state !== 'canceled') await caches?.save(result.state === 'success')
  return { ...result, artifacts, reports }
}

function cachesOf({ job, project, caches: store, onOutput }: JobRequest, workspace: Workspace): JobCaches | null {
  if (store === null) return null
  const say = async (text: string): Promise<void> => onOutput(Buffer.from(text))
  return jobCaches({ caches: job.cache.map(cacheRequestOf), project, workspace, store, say })
}

function cacheRequestOf({ key, keyFiles, keyPrefix, ...cache }: PlanCache): CacheRequest {
  return { ...cache, keyFiles, key: keyFiles.length === 0 ? key : keyPrefix }
}

async function runMasked({ job, onOutput, clock, signal }: JobRequest, workspace: Workspace): Promise<StepsResult> {
  const masker = createMasker(job.variables.filter(({ masked }) => masked).map(({ value }) => value))
  const masked: OnOutput = (chunk) => onOutput(masker.push(chunk))
  const result = await runSteps({ workspace, steps: stepsOf(job), onOutput: masked, clock, signal })
  await onOutput(masker.flush())
  return result
}

/** Whether `artifacts:when` wants the files of a job that ended so. */
function wantsArtifacts(artifacts: PlanArtifacts | null, { state }: StepsResult): artifacts is PlanArtifacts {
  if (artifacts === null || artifacts.paths.length === 0 || state === 'canceled') return false
  return artifacts.when === 'always' || (artifacts.when === 'on_success') === (state === 'success')
}

async function collectReports({ job, reportSources, blobs }: JobRequest, workspace: Workspace): Promise<JobReport[]> {
  const declared = Object.entries(job.artifacts?.reports ?? {}).map(([kind, paths]) => ({ kind, name: kind, paths }))
  const wanted = reportSources.map((source) => ({
    kind: 'sluice_report',
    name: source.name,
    paths: pathsOfReport(source),
  }))
  const reports: JobReport[] = []
  for (const { kind, name, paths } of [...declared, ...wanted]) {
    const { entries } = await workspace.collect({ paths, exclude: [] }, blobs)
    for (const { path, digest, sizeBytes } of entries) reports.push({ kind, name, path, digest, sizeBytes })
  }
  return reports
}
