import { spawn } from 'node:child_process'
import { Transform, type Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { SluiceError } from '@sluice/kernel'
import type { GitErrorCode } from './errors.ts'
import type { GitRepository } from './git-repository.ts'
import { fixedSettings, gitEnvironment, lastWords } from './git-program.ts'

/** One request of the smart HTTP protocol, gitprotocol-http(5). */
export interface UploadPackRequest {
  /** Anything but `git-upload-pack` is refused: there is no way in. */
  service: string
  /** `GET info/refs` (true) or `POST git-upload-pack` (false). */
  advertise: boolean
  /** The header `Git-Protocol`, e.g. `version=2`. */
  protocol?: string
  /** The header `Content-Encoding`. */
  contentEncoding?: string
  /** Not read when `advertise`. */
  body?: Readable
  /** 10 min by default; then the process is ended. */
  timeoutMs?: number
}

const maxRequestBytes = 16 * 1024 * 1024

/** The media type of the answer, gitprotocol-http(5). */
export function uploadPackMediaType(advertise: boolean): string {
  return `application/x-git-upload-pack-${advertise ? 'advertisement' : 'result'}`
}

/**
 * Serves a fetch by `git upload-pack`. Writes the body of the answer and ends `response`; status and headers are the
 * caller's, sent before (see `uploadPackMediaType`; also `Cache-Control: no-cache`).
 * @throws SluiceError GIT_REF_REFUSED for another service, before anything is written; GIT_FETCH_FAILED after
 */
export async function serveUploadPack(
  repository: GitRepository,
  request: UploadPackRequest,
  response: Writable,
): Promise<void> {
  if (request.service !== 'git-upload-pack') {
    throw new SluiceError<GitErrorCode>(
      'GIT_REF_REFUSED',
      `Cannot serve "${request.service.slice(0, 50)}": only git-upload-pack is served`,
      { status: 403 },
    )
  }
  const protocol = /^version=[0-2]$/.test(request.protocol ?? '') ? request.protocol : undefined
  const child = startUploadPack(repository, request, protocol)
  const said: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => said.length < 16 && said.push(chunk))
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (request.advertise && protocol !== 'version=2') response.write('001e# service=git-upload-pack\n0000')
  const fed = request.advertise || request.body === undefined ? child.stdin.end() : feed(request, request.body, child)
  try {
    const [status] = await Promise.all([ended, fed, pipeline(child.stdout, response)])
    if (status !== 0) throw new Error(lastWords(Buffer.concat(said).toString('utf8')))
  } catch (error) {
    child.kill('SIGKILL')
    const reason = error instanceof Error ? error.message : String(error)
    throw new SluiceError<GitErrorCode>('GIT_FETCH_FAILED', `Cannot serve a fetch: ${reason}`, { cause: error })
  }
}

function startUploadPack(repository: GitRepository, request: UploadPackRequest, protocol: string | undefined) {
  const settings = ['-c', 'uploadpack.allowAnySHA1InWant=true', '-c', 'uploadpack.allowFilter=true']
  const mode = request.advertise ? ['--advertise-refs'] : []
  return spawn(
    'git',
    [...fixedSettings, ...settings, 'upload-pack', '--strict', '--stateless-rpc', ...mode, repository.folder],
    {
      env: gitEnvironment(protocol === undefined ? {} : { GIT_PROTOCOL: protocol }),
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: request.timeoutMs ?? 600_000,
      killSignal: 'SIGKILL',
    },
  )
}

async function feed(
  request: UploadPackRequest,
  body: Readable,
  child: ReturnType<typeof startUploadPack>,
): Promise<void> {
  const gzipped = request.contentEncoding === 'gzip' || request.contentEncoding === 'x-gzip'
  const stages = gzipped ? [body, createGunzip(), limit(), child.stdin] : [body, limit(), child.stdin]
  await pipeline(stages as [Readable, Transform, Writable]).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  })
}

function limit(): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > maxRequestBytes) done(new Error(`the request has more than ${maxRequestBytes} bytes`))
      else done(null, chunk)
    },
  })
}
