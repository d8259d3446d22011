import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { readZip, writeZip } from '@sluice/artifact-zip'
import type { ReleaseFile } from '@sluice/delivery'
import { reportBytesMax, reportFilesMax } from '@sluice/evidence'
import type { BlobStore } from '@sluice/execution'
import type { UploadedArtifact } from '@sluice/http-api'
import { SluiceError } from '@sluice/kernel'
import {
  addReportFile,
  findAttempt,
  findRun,
  findRunningByToken,
  isReportFull,
  listArtifacts,
  storeArtifact,
  type AttemptRow,
  type Database,
} from '@sluice/store-postgres'
import { hashToken } from '../system.ts'
import { findLiveAttempt } from './find-live-attempt.ts'
import { readDotenvFiles } from './read-dotenv-files.ts'
import { mayTakeFrom } from './upstream-artifacts.ts'

interface Transfers {
  db: Database
  blobs: BlobStore
  /** For uploads on their way into the blob store. */
  scratchFolder: string
}

/** Enough to see that a report has too many files or bytes, and no more. */
const reportMax = { files: reportFilesMax + 1, bytes: reportBytesMax + 1 }

/**
 * Takes an upload of a live attempt: a zip is kept as a manifest over blobs, a report's files as one blob each. An
 * upload that arrives whole only after the attempt's end is refused.
 * @returns false where the token may not, or not any more
 * @throws SluiceError ZIP_UNREADABLE, ZIP_TOO_LARGE, REPORT_UNREADABLE
 */
export async function receiveArtifact(
  transfers: Transfers,
  jobId: number,
  token: string,
  artifact: UploadedArtifact,
): Promise<boolean> {
  const attempt = await findLiveAttempt(transfers.db, jobId, token)
  if (attempt === null) return false
  return artifact.format === 'zip'
    ? receiveArchive(transfers, attempt, artifact)
    : receiveReport(transfers, attempt, artifact)
}

async function receiveArchive(
  transfers: Transfers,
  { id: attemptId }: AttemptRow,
  { type, name, content }: UploadedArtifact,
): Promise<boolean> {
  const files = await filesOfZip(transfers, content)
  return transfers.db.transaction().execute((unit) => storeArtifact(unit, { attemptId, type, name, files }))
}

async function receiveReport(
  { db, blobs }: Transfers,
  { id: attemptId }: AttemptRow,
  artifact: UploadedArtifact,
): Promise<boolean> {
  const { type, name } = artifact
  if (await isReportFull(db, { attemptId, type, name }, reportMax)) return true
  const file = await fileOfReport(blobs, artifact)
  // What no later job could take is refused when it comes, as in GitLab: the job then fails.
  if (type === 'dotenv') await readDotenvFiles(blobs, [file])
  return db.transaction().execute((unit) => addReportFile(unit, { attemptId, type, name, file }, reportMax))
}

async function filesOfZip({ blobs, scratchFolder }: Transfers, content: Readable) {
  const folder = await mkdtemp(join(scratchFolder, 'upload-'))
  try {
    const file = join(folder, 'artifact.zip')
    await pipeline(content, createWriteStream(file, { mode: 0o600 }))
    return (await readZip(file, blobs)).entries
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function fileOfReport(blobs: BlobStore, artifact: UploadedArtifact): Promise<ReleaseFile> {
  const blob = await blobs.put(unzipped(artifact.content))
  return { path: artifact.path, mode: 0o644, sizeBytes: blob.sizeBytes, digest: blob.digest }
}

/** What a gzipped report holds, up to one byte more than any reader takes: a small upload cannot fill the disk. */
async function* unzipped(content: Readable): AsyncIterable<Uint8Array> {
  let leftBytes = reportBytesMax + 1
  try {
    for await (const part of content.compose(createGunzip()) as AsyncIterable<Uint8Array>) {
      yield part.subarray(0, leftBytes)
      leftBytes -= part.length
      if (leftBytes <= 0) return
    }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new SluiceError('REPORT_UNREADABLE', `Cannot take the report: its gzip cannot be read: ${message}`, {
      cause,
      status: 422,
    })
  }
}

/** The archive of a job, for a live attempt of the same run, or of a run below or beside it whose job names this one. */
export async function sendArtifact(
  transfers: Transfers,
  jobId: number,
  token: string,
): Promise<Readable | null | 'forbidden'> {
  const owner = await findAttempt(transfers.db, jobId)
  const reader = await findRunningByToken(transfers.db, hashToken(token))
  if (owner === null || reader === null || !(await mayRead(transfers.db, reader, owner))) return 'forbidden'
  const archive = (await listArtifacts(transfers.db, [owner.id])).find(({ type }) => type === 'archive')
  return archive === undefined ? null : writeZip({ entries: archive.files }, transfers.blobs)
}

async function mayRead(db: Database, reader: AttemptRow, owner: AttemptRow): Promise<boolean> {
  if (reader.run_id === owner.run_id) return true
  const run = await findRun(db, reader.run_id)
  const job = run?.plan.jobs.find(({ name }) => name === reader.job)
  return run !== null && job !== undefined && mayTakeFrom(db, run, job, owner)
}
