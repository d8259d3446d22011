import {
  traceBytesMax,
  traceLastLineBytesMax,
  type JobRequest,
  type JobResponse,
  type JobUpdate,
} from '@sluice/contracts/runner'
import type { BlobStore, TraceStore } from '@sluice/execution'
import type { RunnerCalls, TraceAnswer, UploadedArtifact } from '@sluice/http-api'
import { SluiceError } from '@sluice/kernel'
import { beat, findRunner, type AttemptRow } from '@sluice/store-postgres'
import { hashToken } from '../system.ts'
import { receiveArtifact, sendArtifact } from './artifact-transfer.ts'
import { endOf, type ToldEnd } from './finish-attempt.ts'
import { findLiveAttempt, traceKey } from './find-live-attempt.ts'
import { takeJob, type JobGivers } from './request-job.ts'

/** How long a request for a job is held open, as GitLab does; and how often the queue is looked at meanwhile. */
const patienceMs = 25_000
const lookEveryMs = 1000
/** Kept of one attempt's log. */
const keptBytesMax = traceBytesMax + traceLastLineBytesMax

export interface RunnerDoor extends JobGivers {
  blobs: BlobStore
  traces: TraceStore
  scratchFolder: string
  finish: (attempt: AttemptRow, end: ToldEnd) => Promise<void>
  /** A log of this run has grown. */
  tellLog: (runId: string) => void
  /** Resolves when something may have been offered, or the time is over. */
  nextOffer: (patienceMs: number) => Promise<void>
}

/** GitLab Runner's calls, answered from the store. */
export function runnerCallsWith(door: RunnerDoor): RunnerCalls {
  return {
    verify: async (token) => (await findRunner(door.db, hashToken(token))) !== null,
    requestJob: (request, signal) => waitForJob(door, request, signal),
    appendTrace: (jobId, token, offset, bytes) => appendTrace(door, jobId, token, offset, bytes),
    update: (jobId, update) => takeUpdate(door, jobId, update),
    upload: (jobId: number, token: string, artifact: UploadedArtifact) => receiveArtifact(door, jobId, token, artifact),
    download: (jobId, token) => sendArtifact(door, jobId, token),
  }
}

async function waitForJob(
  door: RunnerDoor,
  request: JobRequest,
  signal: AbortSignal,
): Promise<JobResponse | null | 'forbidden'> {
  const untilMs = door.clock.now() + patienceMs
  while (!signal.aborted) {
    const offered = door.nextOffer(lookEveryMs)
    const job = await takeJob(door, request)
    if (job !== null || door.clock.now() >= untilMs) return job
    await offered
  }
  return null
}

async function appendTrace(
  door: RunnerDoor,
  jobId: number,
  token: string,
  offset: number,
  bytes: Uint8Array,
): Promise<TraceAnswer> {
  const attempt = await findLiveAttempt(door.db, jobId, token)
  if (attempt === null) return { status: 403, sizeBytes: 0, canceled: true }
  await beat(door.db, attempt.id, door.clock.now())
  const canceled = attempt.cancel_requested
  const key = traceKey(attempt)
  // What is over the limit is taken and thrown away, so that the job goes on.
  if (offset >= keptBytesMax) return { status: 202, sizeBytes: offset + bytes.length, canceled }
  try {
    await door.traces.append(key, offset, bytes.subarray(0, keptBytesMax - offset))
    door.tellLog(attempt.run_id)
    return { status: 202, sizeBytes: offset + bytes.length, canceled }
  } catch (error) {
    if (!(error instanceof SluiceError) || error.status !== 416) throw error
    return { status: 416, sizeBytes: await door.traces.size(key), canceled }
  }
}

async function takeUpdate(
  door: RunnerDoor,
  jobId: number,
  update: JobUpdate,
): Promise<{ status: 200 | 403; canceled: boolean }> {
  const attempt = await findLiveAttempt(door.db, jobId, update.token)
  if (attempt === null) return { status: 403, canceled: true }
  await beat(door.db, attempt.id, door.clock.now())
  if (update.state !== 'running') await door.finish(attempt, endOf(update))
  return { status: 200, canceled: attempt.cancel_requested }
}
