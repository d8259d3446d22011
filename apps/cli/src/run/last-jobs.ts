import { existsSync } from 'node:fs'
import type { PlanVariable } from '@sluice/contracts/plan'
import type { RunJob } from '@sluice/engine'
import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'
import { KeptFile } from './kept-file.ts'
import type { LastRun } from './last-run.ts'

/** How one job of the last run ended. */
export interface LastJob {
  status: RunJob['status']
  attempt: number
  /** Of the job as it ran. */
  definitionDigest: string
  /** Folder of the files that it handed on. */
  artifacts: string | null
  /** Variables that it handed on. */
  dotenv: PlanVariable[]
  /** Of one that began a child. */
  child?: LastChild
}

/** How a child of the last run ended. */
export interface LastChild {
  isWell: boolean
  jobs: Record<string, LastJob>
}

/** What the last run left for one that goes on from it. */
export interface LastJobs {
  version: 1
  /** Runs of this folder so far. */
  number: number
  commit: string
  jobs: Record<string, LastJob>
  evidence: LastRun['evidence']
  refused: LastRun['refused']
}

export async function writeLastJobs(file: string, last: LastJobs): Promise<void> {
  await new KeptFile<LastJobs>(file).write(last)
}

/** `null` where there is none. Jobs whose files have gone, by a run that was killed, count as not run. */
export async function findLastJobs(file: string): Promise<LastJobs | null> {
  const last = await new KeptFile<LastJobs>(file).read()
  return last === null ? null : { ...last, jobs: withFiles(last.jobs) }
}

function withFiles(jobs: Record<string, LastJob>): Record<string, LastJob> {
  return Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, withOwnFiles(job)]))
}

function withOwnFiles(job: LastJob): LastJob {
  if (job.artifacts !== null && !existsSync(job.artifacts))
    return { ...job, status: 'created', artifacts: null, dotenv: [] }
  return job.child === undefined ? job : { ...job, child: { ...job.child, jobs: withFiles(job.child.jobs) } }
}

/** @throws SluiceError CLI_RUN_MISSING */
export function wantedLastJobs(last: LastJobs | null): LastJobs {
  if (last !== null) return last
  throw new SluiceError<CliErrorCode>(
    'CLI_RUN_MISSING',
    'Cannot run again what failed: no run is kept here; wanted a "./sluice run" before',
  )
}
