import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { readZip, writeZip } from '@sluice/artifact-zip'
import { artifactsPath, jobPath, tracePath, type JobResponse, type JobUpdate } from '@sluice/contracts/runner'
import type { BlobStore } from '@sluice/execution'
import { memoryBlobStore } from '@sluice/execution/testing'

/** What a job does when its turn comes. */
export interface Played {
  outcome?: 'success' | 'failed'
  log?: string
  /** Path → content: its archive. */
  files?: Record<string, string>
  /** Name of the policy's report → content, or path → content of several files in this order. */
  reports?: Record<string, string | Record<string, string>>
}

/** The end of a central directory without entries (APPNOTE 4.3.16). */
const emptyZip = Buffer.concat([Buffer.from('504b0506', 'hex'), Buffer.alloc(18)])

/** Speaks the runner's calls over HTTP, as GitLab Runner does, and plays jobs instead of running them. */
export class FakeRunner {
  readonly #url: () => string
  readonly #token: string

  /** `url` is asked before each call: a server that is started again has another port. */
  constructor(url: () => string, token: string) {
    this.#url = url
    this.#token = token
  }

  /** Asks for a job once; `null` where none came before the server's patience or the signal ended. */
  async take(signal?: AbortSignal): Promise<JobResponse | null> {
    const body = { token: this.#token, info: { sluice_isolation: 'uid' } }
    const answer = await this.#send('POST', '/api/v4/jobs/request', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    })
    return answer.status === 201 ? ((await answer.json()) as JobResponse) : null
  }

  /** Plays every job that it is given, until the signal. Failed calls are tried again: the server may be restarting. */
  async work(play: (job: JobResponse) => Played, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const job = await this.take(signal).catch(() => null)
      if (job !== null) await this.play(job, play(job))
    }
  }

  async play(job: JobResponse, { outcome = 'success', log = '', files, reports = {} }: Played): Promise<void> {
    if (log !== '') await this.append(job, 0, Buffer.from(log))
    if (files !== undefined) await this.uploadArchive(job, files)
    for (const [name, files] of Object.entries(reports)) {
      if (typeof files === 'string') await this.uploadReport(job, name, files)
      else for (const [path, text] of Object.entries(files)) await this.uploadReport(job, name, text, path)
    }
    await this.finish(job, outcome)
  }

  append(job: JobResponse, offset: number, bytes: Uint8Array): Promise<Response> {
    return this.#send('PATCH', tracePath(job.id), {
      headers: {
        'job-token': job.token,
        'content-type': 'text/plain',
        'content-range': `${offset}-${offset + bytes.length - 1}`,
      },
      body: Buffer.from(bytes),
    })
  }

  async uploadArchive(job: JobResponse, files: Record<string, string>): Promise<Response> {
    const blobs = memoryBlobStore()
    const entries = await Promise.all(
      Object.entries(files).map(async ([path, text]) => ({
        path,
        mode: 0o644,
        ...(await blobs.put(Buffer.from(text))),
      })),
    )
    const zip = Buffer.concat(await writeZip({ entries }, blobs).toArray())
    return this.#upload(job, { artifact_type: 'archive', artifact_format: 'zip', artifact_name: 'artifacts.zip' }, zip)
  }

  /** An upload of an archive that ends when it is told to. */
  uploadSlowly(job: JobResponse): { begun: Promise<unknown>; end: () => void; answer: Promise<{ status: number }> } {
    const { hostname, port } = new URL(this.#url())
    const headers = { 'job-token': job.token, 'content-type': 'multipart/form-data; boundary=b' }
    const sent = request({ hostname, port, method: 'POST', path: artifactsPath(job.id), headers })
    const answer = once(sent, 'response').then(([response]) => ({
      status: (response as IncomingMessage).statusCode ?? 0,
    }))
    const begun = new Promise((resolve) => {
      sent.write('--b\r\ncontent-disposition: form-data; name="file"; filename="a.zip"\r\n\r\n')
      sent.write(emptyZip.subarray(0, 1), resolve)
    })
    const end = (): void => void sent.end(Buffer.concat([emptyZip.subarray(1), Buffer.from('\r\n--b--\r\n')]))
    return { begun, end, answer }
  }

  uploadReport(job: JobResponse, name: string, text: string, path = `reports/${name}`): Promise<Response> {
    const query = {
      artifact_type: name === 'junit' ? name : 'sluice_report',
      artifact_format: 'gzip',
      artifact_name: name,
      sluice_path: path,
    }
    return this.#upload(job, query, gzipSync(text))
  }

  uploadDotenv(job: JobResponse, path: string, text: string): Promise<Response> {
    const query = { artifact_type: 'dotenv', artifact_format: 'gzip', artifact_name: 'dotenv', sluice_path: path }
    return this.#upload(job, query, gzipSync(text))
  }

  finish(job: JobResponse, state: JobUpdate['state']): Promise<Response> {
    const update: JobUpdate = {
      token: job.token,
      state,
      ...(state === 'failed' ? { failure_reason: 'script_failure', exit_code: 1 } : {}),
    }
    const headers = { 'content-type': 'application/json' }
    return this.#send('PUT', jobPath(job.id), { headers, body: JSON.stringify(update) })
  }

  /** The archive of a job, with the token of another that may depend on it. */
  download(jobId: number, token: string): Promise<Response> {
    return this.#send('GET', artifactsPath(jobId), { headers: { 'job-token': token } })
  }

  #upload(job: JobResponse, query: Record<string, string>, content: Uint8Array): Promise<Response> {
    const form = new FormData()
    form.append('file', new Blob([Buffer.from(content)]), 'artifact')
    const path = `${artifactsPath(job.id)}?${new URLSearchParams(query).toString()}`
    return this.#send('POST', path, { headers: { 'job-token': job.token }, body: form })
  }

  #send(method: string, path: string, init: RequestInit): Promise<Response> {
    return fetch(`${this.#url()}${path}`, { method, ...init })
  }
}

/** The text of an answer's body, whatever its type. */
export const textOf = async (answer: Response): Promise<string> =>
  Buffer.concat(await Readable.from(answer.body ?? []).toArray()).toString('utf8')

/** Path → content of an archive that was answered. */
export async function unpacked(answer: Response): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-archive-'))
  try {
    const file = join(folder, 'archive.zip')
    await writeFile(file, Buffer.from(await answer.arrayBuffer()))
    const blobs = memoryBlobStore()
    const { entries } = await readZip(file, blobs)
    const texts = entries.map(async ({ path, digest }) => [path, await textIn(blobs, digest)] as const)
    return Object.fromEntries(await Promise.all(texts))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function textIn(blobs: BlobStore, digest: string): Promise<string> {
  return Buffer.concat(await Readable.from((await blobs.get(digest)) ?? []).toArray()).toString('utf8')
}
