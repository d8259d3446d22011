import { readFile, rename, writeFile } from 'node:fs/promises'
import type { EvidenceRecord, EvidenceSubject } from '@sluice/contracts/evidence'
import type { RefusedReport } from '@sluice/gates'
import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'

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
  await writeFile(`${file}.new`, JSON.stringify(run), { mode: 0o600 })
  await rename(`${file}.new`, file)
}

/** @throws SluiceError CLI_RUN_MISSING */
export async function readLastRun(file: string): Promise<LastRun> {
  try {
    const run = JSON.parse(await readFile(file, 'utf8')) as LastRun
    if (run.version === 1) return run
  } catch {
    // Nothing there, or nothing of ours: the same to whoever asks.
  }
  throw new SluiceError<CliErrorCode>(
    'CLI_RUN_MISSING',
    'Cannot judge the last run: none is kept; wanted a "./sluice run" before',
  )
}
