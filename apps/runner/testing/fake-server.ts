import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JobResponse, JobUpdate } from '@sluice/contracts/runner'
import { createGunzip } from 'node:zlib'

export interface UploadedFile {
  type: string
  format: string
  name: string
  path: string | null
  bytes: Buffer
}

/** What the fake server knows of a job that it handed out. */
export interface SeenJob {
  trace: Buffer
  uploads: UploadedFile[]
  end: JobUpdate | null
  /** Sent as `Job-Status` from now on. */
  status: 'running' | 'canceled'
  /** Patches that did not begin at the end of the trace. */
  refusedRanges: number
  /** Tokens with which sources were asked for. */
  sourcesTokens: string[]
}

/** A server for the runner's tests: tokens, ranges and late writes are checked as GitLab does it; sources by smart HTTP. */
export interface FakeServer {
  readonly url: string
  readonly runnerToken: string
  offer(job: JobResponse): void
  seen(jobId: number): SeenJob
  /** Resolves when the condition holds; looked at after every call of the runner. */
  when<T>(condition: () => T | null | undefined | false): Promise<T>
  /** Forgets the last bytes of a trace, as a server does that was killed. */
  forget(jobId: number, bytes: number): void
  goAway(): Promise<void>
  comeBack(): Promise<void>
  /** On another port; `url` is then another one. */
  comeBackElsewhere(): Promise<void>
  close(): Promise<void>
}

interface State {
  offers: JobResponse[]
  jobs: Map<number, { response: JobResponse; seen: SeenJob }>
  zips: Map<number, { token: string; bytes: Buffer }>
  repository: string
  runnerToken: string
  watchers: Set<() => void>
  polls: Set<() => void>
}

export interface FakeServerOptions {
  /** A bare repository, served at `/git/project.git`. */
  repository: string
  /** Artifacts of earlier jobs by id. */
  zips?: Map<number, { token: string; bytes: Buffer }>
}

export async function startFakeServer({ repository, zips = new Map() }: FakeServerOptions): Promise<FakeServer> {
  const state: State = {
    offers: [],
    jobs: new Map(),
    zips,
    repository,
    runnerToken: 'runner-token-1234',
    watchers: new Set(),
    polls: new Set(),
  }
  let server = await listen(state, 0)
  const portOf = (listening: Server): number => (listening.address() as AddressInfo).port
  let port = portOf(server)
  const goAway = async (): Promise<void> => {
    for (const poll of state.polls) poll()
    server.closeAllConnections()
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    await closed
  }
  return {
    get url() {
      return `http://127.0.0.1:${port}`
    },
    runnerToken: state.runnerToken,
    offer(job) {
      state.offers.push(job)
      for (const poll of state.polls) poll()
    },
    seen: (jobId) => {
      const job = state.jobs.get(jobId)
      if (job === undefined) throw new Error(`job ${jobId} was not handed out`)
      return job.seen
    },
    when: async (condition) => until(state, condition),
    forget(jobId, bytes) {
      const seen = state.jobs.get(jobId)?.seen
      if (seen) seen.trace = seen.trace.subarray(0, Math.max(0, seen.trace.length - bytes))
    },
    goAway,
    async comeBack() {
      server = await listen(state, port)
    },
    async comeBackElsewhere() {
      server = await listen(state, 0)
      port = portOf(server)
    },
    close: goAway,
  }
}

async function until<T>(state: State, condition: () => T | null | undefined | false): Promise<T> {
  for (;;) {
    const value = condition()
    if (value) return value
    await new Promise<void>((resolve) => {
      const watcher = (): void => {
        state.watchers.delete(watcher)
        resolve()
      }
      state.watchers.add(watcher)
    })
  }
}

async function listen(state: State, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    handle(state, request, response)
      .catch((cause: unknown) => response.destroy(cause as Error))
      .finally(() => {
        for (const watcher of state.watchers) watcher()
      })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function handle(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://fake')
  if (url.pathname.startsWith('/git/')) return serveGit(state, url, request, response)
  const body = await bodyOf(request)
  if (url.pathname === '/api/v4/runners/verify') return answer(response, ownToken(state, body) ? 200 : 403)
  if (url.pathname === '/api/v4/jobs/request') return requestJob(state, body, response)
  const [, id, rest = ''] = /^\/api\/v4\/jobs\/(\d+)(\/.*)?$/.exec(url.pathname) ?? []
  if (request.method === 'GET') return download(state, Number(id), request, response)
  return jobCall(state, { id: Number(id), rest, url, request, response, body })
}

interface JobCall {
  id: number
  rest: string
  url: URL
  request: IncomingMessage
  response: ServerResponse
  body: Buffer
}

async function jobCall(state: State, { id, rest, url, request, response, body }: JobCall): Promise<void> {
  const job = state.jobs.get(id)
  const update = rest === '' ? (JSON.parse(body.toString()) as JobUpdate) : null
  const token = update === null ? request.headers['job-token'] : update.token
  if (job === undefined || token !== job.response.token || job.seen.end !== null) return answer(response, 403)
  response.setHeader('Job-Status', job.seen.status)
  if (rest === '/trace') return patchTrace(job.seen, request, response, body)
  if (rest === '/artifacts') {
    job.seen.uploads.push(await uploadOf(url, request, body))
    return answer(response, 201)
  }
  if (update !== null && update.state !== 'running') {
    const { output } = update
    if (output !== undefined && output.bytesize !== job.seen.trace.length) return answer(response, 202)
    job.seen.end = update
  }
  return answer(response, 200)
}

function patchTrace(seen: SeenJob, request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const [first] = String(request.headers['content-range']).split('-').map(Number)
  if (first === seen.trace.length) seen.trace = Buffer.concat([seen.trace, body])
  else seen.refusedRanges += 1
  response.setHeader('Range', `0-${seen.trace.length}`)
  answer(response, first === seen.trace.length - body.length ? 202 : 416)
}

async function uploadOf(url: URL, request: IncomingMessage, body: Buffer): Promise<UploadedFile> {
  const form = await new Response(new Uint8Array(body), {
    headers: { 'Content-Type': String(request.headers['content-type']) },
  }).formData()
  const file = form.get('file') as File
  const parameter = (name: string): string => url.searchParams.get(name) ?? ''
  return {
    type: parameter('artifact_type'),
    format: parameter('artifact_format'),
    name: parameter('artifact_name'),
    path: url.searchParams.get('sluice_path'),
    bytes: Buffer.from(await file.arrayBuffer()),
  }
}

async function requestJob(state: State, body: Buffer, response: ServerResponse): Promise<void> {
  if (!ownToken(state, body)) return answer(response, 403)
  if (state.offers.length === 0)
    await new Promise<void>((resolve) => {
      const poll = (): void => {
        state.polls.delete(poll)
        resolve()
      }
      state.polls.add(poll)
      response.on('close', poll)
    })
  const job = response.destroyed ? undefined : state.offers.shift()
  if (job === undefined) return answer(response, 204)
  const seen: SeenJob = {
    trace: Buffer.alloc(0),
    uploads: [],
    end: null,
    status: 'running',
    refusedRanges: 0,
    sourcesTokens: [],
  }
  state.jobs.set(job.id, { response: job, seen })
  response.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify(job))
}

function download(state: State, id: number, request: IncomingMessage, response: ServerResponse): void {
  const zip = state.zips.get(id)
  if (zip === undefined || request.headers['job-token'] !== zip.token) return answer(response, 403)
  response.writeHead(200, { 'Content-Type': 'application/zip' }).end(zip.bytes)
}

function ownToken(state: State, body: Buffer): boolean {
  return (JSON.parse(body.toString()) as { token?: string }).token === state.runnerToken
}

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status).end()
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const chunk of request) parts.push(chunk as Buffer)
  return Buffer.concat(parts)
}

/** Git's smart HTTP (gitprotocol-http), reading only, for the own token of a live job. */
async function serveGit(state: State, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [user, token] = Buffer.from(String(request.headers.authorization).slice('Basic '.length), 'base64')
    .toString()
    .split(':')
  for (const { seen } of state.jobs.values()) if (token !== undefined) seen.sourcesTokens.push(token)
  const job = [...state.jobs.values()].find(({ response: { variables } }) =>
    variables.some(({ key, value }) => key === 'CI_JOB_TOKEN' && value === token),
  )
  if (user !== 'gitlab-ci-token' || job === undefined || job.seen.end !== null) return answer(response, 401)
  const advertise = url.pathname.endsWith('/info/refs')
  const kind = advertise ? 'advertisement' : 'result'
  response.writeHead(200, { 'Content-Type': `application/x-git-upload-pack-${kind}` })
  if (advertise) response.write('001e# service=git-upload-pack\n0000')
  const args = ['upload-pack', '--stateless-rpc', ...(advertise ? ['--advertise-refs'] : []), state.repository]
  const git = spawn('git', ['-c', 'safe.directory=*', ...args], { stdio: ['pipe', 'pipe', 'ignore'] })
  if (advertise) git.stdin.end()
  else (request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request).pipe(git.stdin)
  git.stdout.pipe(response)
  await once(response, 'close')
}
