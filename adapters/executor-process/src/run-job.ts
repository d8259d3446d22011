import { randomUUID } from 'node:crypto'
import type { PlanArtifacts, PlanCache, PlanJob } from '@sluice/contracts/plan'
import {
  createMasker,
  stepsOf,
  type BlobStore,
  type BoundPath,
  type Executor,
  type Isolation,
  type OnOutput,
  type Workspace,
} from '@sluice/execution'
import type { Clock } from '@sluice/kernel'
import type { CacheStore } from './cache-store.ts'
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
  /** A folder with the change's files, which belong to the job's user. It is put beneath the job's own, and never written to. */
  snapshot: string
  /** Of this machine, with this isolation. */
  executor: Executor
  isolation: Isolation
  /** `null`: the job's caches are left alone. */
  caches: CacheStore | null
  blobs: BlobStore
  clock: Clock
  /** File sets of earlier jobs, in this order: trees as `artifacts` of a result names them. */
  artifacts: readonly string[]
  /** Where the job's own file set is to be, if it makes one: a path on the disk of the workspaces where nothing is. */
  artifactsTo: string
  readOnlyPaths: readonly (string | BoundPath)[]
  /** Environment before the job's variables, such as PATH. */
  env: Readonly<Record<string, string>>
  /** Reports wanted beyond those that the job declares. */
  reportSources: readonly { name: string; path: string }[]
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
  /** Folder of the files that it hands on; `null`: the job declares none, or not for this result, or made none. */
  artifacts: string | null
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
  await workspace.begin(request.snapshot)
  await caches?.restore()
  for (const tree of request.artifacts) await workspace.underlay(tree)
  const result = await runMasked(request, workspace)
  const reports = await collectReports(request, workspace)
  // Last, as these may take files away.
  const isArtifactsLast = job.cache.every(({ paths }) => !mayShare(paths, job.artifacts?.paths ?? []))
  const artifacts = wantsArtifacts(job.artifacts, result)
    ? await takeArtifacts(request, workspace, job.artifacts, !isArtifactsLast)
    : null
  if (result.state !== 'canceled') await caches?.save(result.state === 'success')
  return { ...result, artifacts, reports }
}

async function takeArtifacts(
  { artifactsTo }: JobRequest,
  workspace: Workspace,
  { paths, exclude }: PlanArtifacts,
  leave: boolean,
): Promise<string | null> {
  const outcome = await workspace.takeOut({ paths, exclude }, artifactsTo, { leave })
  return outcome === 'taken' ? artifactsTo : null
}

/** Whether the same file may be among both: sure not to be where no path begins as one of the others does. */
function mayShare(paths: readonly string[], others: readonly string[]): boolean {
  const first = (path: string): string => path.replace(/^(?:\.?\/)+/, '').split('/')[0] ?? ''
  const names = new Set(others.map(first))
  return [...names, ...paths].some((path) => /[*?[{]/.test(path)) || paths.some((path) => names.has(first(path)))
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
  const wanted = reportSources.map(({ name, path }) => ({ kind: 'sluice_report', name, paths: [path] }))
  const reports: JobReport[] = []
  for (const { kind, name, paths } of [...declared, ...wanted]) {
    const { entries } = await workspace.collect({ paths, exclude: [] }, blobs)
    for (const { path, digest, sizeBytes } of entries) reports.push({ kind, name, path, digest, sizeBytes })
  }
  return reports
}
