import type { EvidenceRecord, EvidenceSubject } from '@sluice/contracts/evidence'
import type { RefusedReport } from '@sluice/gates'
import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'
import { KeptFile } from './kept-file.ts'

/** What the last run in a folder left to judge. */
export interface LastRun {
  version: 1
  runId: string
  /** Branch and commit that the policy and the sources were read from. */
  ref: string
  commit: string
  subject: EvidenceSubject
  /** RFC 3339, UTC. */
  at: string
  /** Jobs that ran, with the number of their last attempt. */
  jobs: Record<string, number>
  evidence: EvidenceRecord[]
  refused: (RefusedReport & { job: string })[]
}

export async function writeLastRun(file: string, run: LastRun): Promise<void> {
  await new KeptFile<LastRun>(file).write(run)
}

/** @throws SluiceError CLI_RUN_MISSING */
export async function readLastRun(file: string): Promise<LastRun> {
  const run = await new KeptFile<LastRun>(file).read()
  if (run !== null) return run
  throw new SluiceError<CliErrorCode>(
    'CLI_RUN_MISSING',
    'Cannot judge the last run: none is kept; wanted a "./sluice run" before',
  )
}
