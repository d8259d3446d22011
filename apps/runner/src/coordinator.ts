import { openAsBlob } from 'node:fs'
import {
  artifactsPath,
  jobPath,
  jobResponse,
  tracePath,
  type JobResponse,
  type JobUpdate,
} from '@sluice/contracts/runner'
import type { IsolationLevel } from '@sluice/contracts/evidence'
import { SluiceError } from '@sluice/kernel'

/** What the server says about the job in the answer to every write. `lost`: it is no longer ours. */
export type JobStanding = 'running' | 'canceled' | 'lost'

export interface TraceAnswer {
  /** `moved`: the server has another number of bytes, `sizeBytes`. */
  outcome: 'taken' | 'moved' | 'later'
  sizeBytes: number
  standing: JobStanding
}

export interface UpdateAnswer {
  /** `later`: not yet, or the server cannot be reached. */
  outcome: 'taken' | 'later'
  standing: JobStanding
}

export interface Upload {
  path: string
  filename: string
  /** `artifact_type`, `artifact_format`, `expire_in`, and the own additions `artifact_name` and `sluice_path`. */
  query: Record<string, string>
}

export interface RequestAnswer {
  job: JobResponse | null
  /** Handed back with the next request. */
  cursor: string | null
}

/** GitLab Runner's calls. Those of one job never throw for a server that is away: they answer `later`. */
export interface Coordinator {
  /** @throws SluiceError `RUNNER_TOKEN_REFUSED`, or what fetch throws. */
  verify(): Promise<void>
  /** Long poll. @throws SluiceError `RUNNER_TOKEN_REFUSED`, `RUNNER_SERVER_ANSWER`, or what fetch throws. */
  requestJob(cursor: string | null, signal: AbortSignal): Promise<RequestAnswer>
  appendTrace(job: JobResponse, offset: number, bytes: Uint8Array): Promise<TraceAnswer>
  update(job: JobResponse, update: Omit<JobUpdate, 'token'>): Promise<UpdateAnswer>
  upload(job: JobResponse, upload: Upload): Promise<UpdateAnswer>
  /** The zip of an earlier job. @throws SluiceError `RUNNER_SERVER_ANSWER`, or what fetch throws. */
  download(jobId: number, token: string): Promise<AsyncIterable<Uint8Array>>
  /** The server has this address from now on: calls that begin later go there, those of running jobs too. */
  moveTo(url: string): void
}

export interface CoordinatorOptions {
  url: string
  token: string
  name: string
  systemId: string
  executor: string
  isolation: IsolationLevel
  /** Of jobs that want an image or services. */
  containerIsolation: IsolationLevel
}

const callLimitMs = 30_000
/** A little longer than the server's longest poll. */
const pollLimitMs = 70_000
const transferLimitMs = 600_000

export function createCoordinator(options: CoordinatorOptions): Coordinator {
  const { token, systemId } = options
  let { url } = options
  const call = async (path: string, init: RequestInit, limitMs: number, signal?: AbortSignal): Promise<Response> => {
    const limit = AbortSignal.timeout(limitMs)
    return fetch(new URL(path, url), {
      ...init,
      redirect: 'error',
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    })
  }
  return {
    async verify() {
      const answer = await call('/api/v4/runners/verify', json('POST', { token, system_id: systemId }), callLimitMs)
      await answer.body?.cancel()
      await checkOwn(answer, 'verify the runner')
    },
    async requestJob(cursor, signal) {
      const body = {
        token,
        system_id: systemId,
        info: infoOf(options),
        ...(cursor === null ? {} : { last_update: cursor }),
      }
      const answer = await call('/api/v4/jobs/request', json('POST', body), pollLimitMs, signal)
      await checkOwn(answer, 'request a job')
      const next = answer.headers.get('X-GitLab-Last-Update')
      if (answer.status !== 201) return { job: null, cursor: next }
      return { job: jobResponse.parse(await answer.json()), cursor: next }
    },
    async appendTrace(job, offset, bytes) {
      const headers = {
        'Job-Token': job.token,
        'Content-Range': `${offset}-${offset + bytes.length - 1}`,
        'Content-Type': 'text/plain',
      }
      const init = { method: 'PATCH', headers, body: Uint8Array.from(bytes) }
      return traceAnswer(await reached(call(tracePath(job.id), init, callLimitMs)), offset + bytes.length)
    },
    async update(job, update) {
      return updateAnswer(
        await reached(call(jobPath(job.id), json('PUT', { token: job.token, ...update }), callLimitMs)),
      )
    },
    async upload(job, { path, filename, query }) {
      const form = new FormData()
      form.append('file', await openAsBlob(path), filename)
      const target = `${artifactsPath(job.id)}?${new URLSearchParams(query).toString()}`
      const init = { method: 'POST', headers: { 'Job-Token': job.token }, body: form }
      const answer = await reached(call(target, init, transferLimitMs))
      if (
        answer !== null &&
        answer.status >= 400 &&
        answer.status < 500 &&
        answer.status !== 403 &&
        answer.status !== 429
      )
        throw unexpected('hand in an artifact', answer.status)
      return updateAnswer(answer)
    },
    async download(jobId, dependencyToken) {
      const answer = await call(artifactsPath(jobId), { headers: { 'Job-Token': dependencyToken } }, transferLimitMs)
      if (answer.status !== 200 || answer.body === null)
        throw unexpected(`fetch the artifacts of job ${jobId}`, answer.status)
      return answer.body
    },
    moveTo(next) {
      url = next
    },
  }
}

function json(method: string, body: unknown): RequestInit {
  return {
    method,
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(body),
  }
}

function infoOf({ name, executor, isolation, containerIsolation }: CoordinatorOptions): Record<string, unknown> {
  const levels = { sluice_isolation: isolation, sluice_container_isolation: containerIsolation }
  return { name, version: '0.1.0', executor, ...levels }
}

async function checkOwn(answer: Response, action: string): Promise<void> {
  if (answer.ok) return
  if (answer.status === 401 || answer.status === 403)
    throw new SluiceError(
      'RUNNER_TOKEN_REFUSED',
      `Cannot ${action}: the server refused the token with status ${answer.status}`,
    )
  throw unexpected(action, answer.status)
}

function unexpected(action: string, status: number): SluiceError {
  return new SluiceError('RUNNER_SERVER_ANSWER', `Cannot ${action}: the server answered with status ${status}`)
}

/** `null` where the server cannot be reached: every caller tries again. The body is of no interest. */
async function reached(answer: Promise<Response>): Promise<Response | null> {
  try {
    const response = await answer
    await response.body?.cancel()
    return response
  } catch {
    return null
  }
}

function standingOf(answer: Response): JobStanding {
  if ([401, 403, 404].includes(answer.status)) return 'lost'
  return (answer.headers.get('Job-Status') ?? '').startsWith('cancel') ? 'canceled' : 'running'
}

function traceAnswer(answer: Response | null, sizeBytes: number): TraceAnswer {
  if (answer === null) return { outcome: 'later', sizeBytes, standing: 'running' }
  const standing = standingOf(answer)
  if (answer.ok) return { outcome: 'taken', sizeBytes, standing }
  const range = /^0-(\d+)$/.exec(answer.headers.get('Range') ?? '')
  if (answer.status === 416 && range !== null) return { outcome: 'moved', sizeBytes: Number(range[1]), standing }
  return { outcome: 'later', sizeBytes, standing }
}

function updateAnswer(answer: Response | null): UpdateAnswer {
  if (answer === null) return { outcome: 'later', standing: 'running' }
  const taken = answer.ok && answer.status !== 202
  return { outcome: taken ? 'taken' : 'later', standing: standingOf(answer) }
}
