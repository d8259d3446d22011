import type { PlanJob, PlanVariable } from '@sluice/contracts/plan'
import type { JobRequest, JobResponse } from '@sluice/contracts/runner'
import { artifactSourcesOf, jobResponseOf, withDotenv, type BlobStore, type JobDependency } from '@sluice/execution'
import type { Clock, Ids } from '@sluice/kernel'
import {
  appendEntry,
  claimAttempt,
  findProject,
  findRun,
  findRunner,
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
import { cacheRunsOf } from './cache-runs-of.ts'
import { handedIn } from './handed-in.ts'
import { jobIsolation } from './job-isolation.ts'
import { readDotenvFiles } from './read-dotenv-files.ts'
import { upstreamArtifacts } from './upstream-artifacts.ts'

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
  const { dependencies, dotenv, refusal } = await handedOn(givers, unit, run, job, tokens.runner)
  return jobResponseOf({
    job: withDotenv(job, dotenv, new Set(run.given_variables)),
    trigger: run.plan.trigger,
    jobId: attempt.id,
    jobToken: tokens.runner,
    sourcesToken: tokens.sources,
    project,
    repoUrl: `${givers.serverUrl()}/git/${run.project}.git`,
    dependencies,
    cacheRuns: await cacheRunsOf(unit, run, project.default_branch),
    reportSources: reportsToTake(run).filter((source) => source.job === job.name),
    ...(refusal === null ? {} : { refusal }),
  })
}

/** The artifacts and dotenv variables that the job receives: of its own run, and of those above and beside it. */
async function handedOn(
  { blobs }: JobGivers,
  unit: Unit,
  run: RunRow,
  job: PlanJob,
  token: string,
): Promise<{ dependencies: JobDependency[]; dotenv: PlanVariable[]; refusal: string | null }> {
  const upstream = await upstreamArtifacts(unit, run, job)
  const artifacts = [...(await handedIn(unit, run.id, artifactSourcesOf(run.plan, job))), ...upstream.artifacts]
  const dependencies = artifacts
    .filter(({ type }) => type === 'archive')
    .map((archive) => ({
      jobId: archive.attempt_id,
      token,
      name: archive.job,
      sizeBytes: Number(archive.size_bytes),
    }))
  const reports = artifacts.filter(({ type }) => type === 'dotenv').flatMap(({ files }) => files)
  return { dependencies, dotenv: await readDotenvFiles(blobs, reports), refusal: upstream.refusal }
}
