import type { PlanVariable } from '@sluice/contracts/plan'
import type { JobRequest, JobResponse } from '@sluice/contracts/runner'
import { jobResponseOf, withDotenv, type BlobStore, type JobDependency } from '@sluice/execution'
import type { Clock, Ids } from '@sluice/kernel'
import {
  appendEntry,
  claimAttempt,
  findGoodRuns,
  findProject,
  findRun,
  findRunner,
  listArtifacts,
  listAttempts,
  listOffers,
  seeRunner,
  type AttemptRow,
  type Database,
  type PostgresJournal,
  type RunnerRow,
  type RunRow,
  type Unit,
} from '@sluice/store-postgres'
import { reportsToTake } from '../runs/proposed-policy.ts'
import { hashToken, newToken } from '../system.ts'
import { jobIsolation } from './job-isolation.ts'
import { readDotenvFiles } from './read-dotenv-files.ts'

export interface JobGivers {
  db: Database
  journal: PostgresJournal
  clock: Clock
  ids: Ids
  serverUrl: () => string
  blobs: BlobStore
}

/** Hands a runner the oldest job that it may take, with all it needs to do it; `null` when there is none now. */
export async function takeJob(givers: JobGivers, request: JobRequest): Promise<JobResponse | null | 'forbidden'> {
  const { db, clock } = givers
  const runner = await findRunner(db, hashToken(request.token))
  if (runner === null) return 'forbidden'
  await seeRunner(db, runner.id, clock.now())
  for (const offer of await listOffers(db, runner.tags)) {
    const job = await db.transaction().execute((unit) => claimIn(givers, unit, offer, runner, request))
    if (job !== null) return job
  }
  return null
}

async function claimIn(
  givers: JobGivers,
  unit: Unit,
  offer: AttemptRow,
  runner: RunnerRow,
  request: JobRequest,
): Promise<JobResponse | null> {
  const { clock, ids, journal } = givers
  const tokens = { runner: newToken('glcbt-'), sources: newToken('glcbt-') }
  await journal.lockIn(unit, offer.run_id)
  const run = await findRun(unit, offer.run_id)
  if (!run) return null
  const isolation = jobIsolation(
    request,
    run.plan.jobs.find(({ name }) => name === offer.job),
  )
  const attempt = await claimAttempt(unit, offer.id, {
    runnerId: runner.id,
    tokenHash: hashToken(tokens.runner),
    sourcesTokenHash: hashToken(tokens.sources),
    isolation,
    nowMs: clock.now(),
  })
  if (!attempt) return null
  const payload = { job: attempt.job, attempt: attempt.number, runnerId: runner.id, isolation }
  await journal.stepIn(unit, run.id, { kind: 'job.started', payload }, clock.now())
  const actor = { kind: 'runner', id: runner.id } as const
  await appendEntry(
    unit,
    { id: ids.next(), atMs: clock.now(), actor, project: run.project, runId: run.id },
    'job.started',
    payload,
  )
  return responseOf(givers, unit, run, attempt, tokens)
}

/** Some, as not every run saves every cache. */
const cacheRunsMax = 5

async function responseOf(
  givers: JobGivers,
  unit: Unit,
  run: RunRow,
  attempt: AttemptRow,
  tokens: { runner: string; sources: string },
): Promise<JobResponse | null> {
  const project = await findProject(unit, run.project)
  const job = run.plan.jobs.find(({ name }) => name === attempt.job)
  if (job === undefined || project === null) return null
  const before = { project: run.project, branch: project.default_branch, before: run.number }
  const good = await findGoodRuns(unit, before, cacheRunsMax)
  const { dependencies, dotenv } = await handedOn(givers, unit, run, job, tokens.runner)
  return jobResponseOf({
    job: withDotenv(job, dotenv),
    trigger: run.plan.trigger,
    jobId: attempt.id,
    jobToken: tokens.runner,
    sourcesToken: tokens.sources,
    project,
    repoUrl: `${givers.serverUrl()}/git/${run.project}.git`,
    dependencies,
    cacheRuns: { own: run.number, good },
    reportSources: reportsToTake(run).filter((source) => source.job === job.name),
  })
}

/** Whose artifacts and dotenv variables the job receives: of its needs, or of all earlier stages, narrowed by `dependencies`. */
async function handedOn(
  { blobs }: JobGivers,
  unit: Unit,
  run: RunRow,
  job: RunRow['plan']['jobs'][number],
  token: string,
): Promise<{ dependencies: JobDependency[]; dotenv: PlanVariable[] }> {
  const names = artifactJobs(run, job)
  const newest = new Map(
    (await listAttempts(unit, run.id))
      .filter(({ finished_at }) => finished_at !== null)
      .map((attempt) => [attempt.job, attempt]),
  )
  const jobOf = new Map(names.flatMap((name) => newest.get(name) ?? []).map(({ id, job: name }) => [id, name]))
  const artifacts = await listArtifacts(unit, [...jobOf.keys()])
  const dependencies = artifacts
    .filter(({ type }) => type === 'archive')
    .map((archive) => ({
      jobId: archive.attempt_id,
      token,
      name: jobOf.get(archive.attempt_id) ?? '',
      sizeBytes: Number(archive.size_bytes),
    }))
  const reports = artifacts.filter(({ type }) => type === 'dotenv').flatMap(({ files }) => files)
  return { dependencies, dotenv: await readDotenvFiles(blobs, reports) }
}

function artifactJobs(run: RunRow, job: RunRow['plan']['jobs'][number]): string[] {
  if (job.needs !== null) return job.needs.filter(({ artifacts }) => artifacts).map((need) => need.job)
  const stage = run.plan.stages.indexOf(job.stage)
  const earlier = run.plan.jobs.filter((other) => run.plan.stages.indexOf(other.stage) < stage).map(({ name }) => name)
  return job.dependencies === null ? earlier : earlier.filter((name) => job.dependencies?.includes(name))
}
