import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { readZip, writeZip } from '@sluice/artifact-zip'
import type { BlobStore } from '@sluice/execution'
import type { UploadedArtifact } from '@sluice/http-api'
import { findAttempt, listArtifacts, storeArtifact, type AttemptRow, type Database } from '@sluice/store-postgres'
import { findLiveAttempt, isToken } from './find-live-attempt.ts'

interface Transfers {
  db: Database
  blobs: BlobStore
  /** For uploads on their way into the blob store. */
  scratchFolder: string
}

/** Takes an upload of a live attempt: a zip is kept as a manifest over blobs, a report as one blob. */
export async function receiveArtifact(
  transfers: Transfers,
  jobId: number,
  token: string,
  artifact: UploadedArtifact,
): Promise<boolean> {
  const attempt = await findLiveAttempt(transfers.db, jobId, token)
  if (attempt === null) return false
  const files =
    artifact.format === 'zip'
      ? await filesOfZip(transfers, artifact.content)
      : [await fileOfReport(transfers.blobs, artifact)]
  await storeArtifact(transfers.db, { attemptId: attempt.id, type: artifact.type, name: artifact.name, files })
  return true
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

async function fileOfReport(blobs: BlobStore, artifact: UploadedArtifact) {
  const blob = await blobs.put(artifact.content.pipe(createGunzip()))
  return { path: artifact.path.slice(0, 1000), mode: 0o644, sizeBytes: blob.sizeBytes, digest: blob.digest }
}

/** The archive of a job, for a live attempt of the same run. */
export async function sendArtifact(
  transfers: Transfers,
  jobId: number,
  token: string,
): Promise<Readable | null | 'forbidden'> {
  const owner = await findAttempt(transfers.db, jobId)
  if (owner === null || !(await isOfLiveAttempt(transfers.db, owner, token))) return 'forbidden'
  const archive = (await listArtifacts(transfers.db, [owner.id])).find(({ type }) => type === 'archive')
  return archive === undefined ? null : writeZip({ entries: archive.files }, transfers.blobs)
}

async function isOfLiveAttempt(db: Database, owner: AttemptRow, token: string): Promise<boolean> {
  const live = await db
    .selectFrom('attempt')
    .selectAll()
    .where('run_id', '=', owner.run_id)
    .where('status', '=', 'running')
    .execute()
  return live.some((attempt) => isToken(attempt, token))
}
