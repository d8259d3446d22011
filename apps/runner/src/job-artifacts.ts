import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { readZip, writeZip } from '@sluice/artifact-zip'
import { reportFilesMax } from '@sluice/contracts/policy'
import type { JobResponse } from '@sluice/contracts/runner'
import { readDotenvReports, type ArtifactManifest, type BlobStore, type Workspace } from '@sluice/execution'
import {
  filesBefore,
  isDue,
  isTimeout,
  selectFiles,
  takenAsReport,
  type FilesBefore,
  type StepsResult,
} from '@sluice/executor-process'
import type { Clock } from '@sluice/kernel'
import type { Coordinator, Upload } from './coordinator.ts'
import { writeGzip } from './gzip-report.ts'
import type { JobLog } from './job-log.ts'
import { backOff, wait, type Waits } from './waiting.ts'

type Artifact = NonNullable<JobResponse['artifacts']>[number]

export interface ArtifactTransfer {
  job: JobResponse
  workspace: Workspace
  coordinator: Coordinator
  /** Of this job only; removed with it. */
  blobs: BlobStore
  /** Folder for archives on their way. */
  scratch: string
  log: JobLog
  clock: Clock
  waits: Waits
  signal: AbortSignal
}

/** Writes the artifacts of earlier jobs into the workspace; tries again while the server is away. */
export async function downloadDependencies(transfer: ArtifactTransfer): Promise<void> {
  const { job, log, blobs, workspace, scratch } = transfer
  for (const { id, token, name } of job.dependencies ?? []) {
    await log.say(`Downloading artifacts for ${name} (${id})...\n`)
    const path = join(scratch, `dependency-${id}.zip`)
    await download(transfer, id, token, path)
    const manifest = await readZip(path, blobs)
    await rm(path)
    await workspace.extract(manifest, blobs)
    await log.say(`${manifest.entries.length} files\n`)
  }
}

const downloadTries = 6

async function download(
  { coordinator, waits, signal }: ArtifactTransfer,
  id: number,
  token: string,
  path: string,
): Promise<void> {
  const retry = backOff({ ...waits, retryMs: waits.retryMs * 4 })
  for (let attempt = 1; ; attempt += 1) {
    try {
      await pipeline(await coordinator.download(id, token), createWriteStream(path, { mode: 0o600 }))
      return
    } catch (cause) {
      if (attempt === downloadTries || signal.aborted) throw cause
      await wait(retry.next(), signal)
    }
  }
}

/** Of what tells about the change: neither the files that later jobs get nor the variables. */
const isReport = ({ artifact_type: type }: Artifact): boolean => type !== 'archive' && type !== 'dotenv'

/** What lies at the places of the reports before the job does anything. */
export async function reportFilesBefore({ artifacts }: JobResponse, workspace: Workspace): Promise<FilesBefore> {
  const reports = (artifacts ?? []).filter(isReport)
  return filesBefore([...new Set(reports.flatMap(({ paths }) => paths))], workspace)
}

/**
 * Hands in archive and reports that are due. Reports go one by one, so that each keeps its path.
 * @throws SluiceError EXECUTION_DOTENV where no later job could take a dotenv report
 */
export async function uploadArtifacts(
  transfer: ArtifactTransfer,
  result: StepsResult,
  before: FilesBefore,
): Promise<void> {
  for (const artifact of transfer.job.artifacts ?? []) {
    if (!isDue(artifact.when, result.state === 'success')) continue
    if (artifact.artifact_type === 'archive' && isTimeout(result)) continue
    const manifest = await collect(transfer, artifact, before)
    if (manifest.entries.length === 0) continue
    if (artifact.artifact_type === 'dotenv') await readDotenvReports(manifest.entries, transfer.blobs)
    await uploadOne(transfer, artifact, manifest)
  }
}

async function collect(
  { workspace, blobs, log }: ArtifactTransfer,
  artifact: Artifact,
  before: FilesBefore,
): Promise<ArtifactManifest> {
  const selection = await selectFiles(artifact, workspace, log.say)
  const found = await workspace.collect(selection, blobs)
  const entries = isReport(artifact) ? [...(await takenAsReport(found.entries, before, log.say))] : found.entries
  const what = artifact.artifact_type === 'archive' ? 'artifacts' : `${artifact.artifact_type} report`
  const paths = artifact.paths.join(', ')
  await log.say(`Uploading ${what} ${paths}: found ${entries.length} matching files\n`)
  if (entries.length === 0) await log.say(`WARNING: ${paths}: no matching files\n`)
  return { ...found, entries }
}

async function uploadOne(transfer: ArtifactTransfer, artifact: Artifact, manifest: ArtifactManifest): Promise<void> {
  const path = join(transfer.scratch, 'upload')
  const query = {
    artifact_type: artifact.artifact_type,
    artifact_format: artifact.artifact_format,
    artifact_name: artifact.name,
    expire_in: artifact.expire_in,
  }
  if (artifact.artifact_format === 'zip') {
    await pipeline(writeZip(manifest, transfer.blobs), createWriteStream(path, { mode: 0o600 }))
    await send(transfer, { path, filename: 'artifacts.zip', query })
  } else {
    const found = manifest.entries.length
    if (found > reportFilesMax)
      await transfer.log.say(`WARNING: ${found} files, at most ${reportFilesMax} make a report: it will not count\n`)
    for (const entry of manifest.entries.slice(0, reportFilesMax + 1)) {
      await writeGzip(entry, transfer.blobs, path)
      await send(transfer, {
        path,
        filename: `${basename(entry.path)}.gz`,
        query: { ...query, sluice_path: entry.path },
      })
    }
  }
  await rm(path, { force: true })
}

async function send({ coordinator, job, clock, waits }: ArtifactTransfer, upload: Upload): Promise<void> {
  const retry = backOff(waits)
  const untilMs = clock.now() + waits.giveUpMs
  for (;;) {
    const answer = await coordinator.upload(job, upload)
    if (answer.outcome === 'taken' || answer.standing === 'lost') return
    if (clock.now() >= untilMs) throw new Error(`the server could not be reached for ${waits.giveUpMs / 1000} s`)
    await wait(retry.next())
  }
}
