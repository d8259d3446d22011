/**
 * A server over the contracts that keeps everything in memory: it serves the built console and answers its routes, so
 * that the pages can be tried without the platform. Used by tests and by hand; never shipped.
 */
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize, sep } from 'node:path'
import { eventsPath, type ChangeNotice, type RunView, type SessionView } from '@sluice/contracts/api'
import {
  abortedRun,
  canaryRun,
  childRun,
  closedRun,
  emptyProject,
  jobLog,
  liveRun,
  maturity,
  parentRun,
  project,
} from './fixtures.ts'

const csp =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}
const permissions = [
  'project.read',
  'run.read',
  'session.read',
  'run.create',
  'run.cancel',
  'producers.accept',
  'environment.stop',
]
const logLimitBytes = 256 * 1024

/** What a test may look at and change while the server runs. */
export interface MemoryServer {
  url: string
  /** The sign-in token that works, once. */
  token: string
  runs: Map<string, RunView>
  /** Text of a job's log by `run/job`; change it and send a notice. */
  logs: Map<string, string>
  /** Calls that changed something, oldest first. */
  writes: { method: string; path: string; csrf: string | null; body: unknown }[]
  notify: (notice: Omit<ChangeNotice, 'seq'>) => void
  /** Ends every open event stream and refuses new ones until `resumeEvents`. */
  breakEvents: () => void
  resumeEvents: () => void
  close: () => Promise<void>
}

interface State {
  server: Omit<MemoryServer, 'url' | 'close'>
  streams: Set<ServerResponse>
  eventsBroken: boolean
  signedIn: boolean
  tokenUsed: boolean
  seq: number
}

/** Starts it on 127.0.0.1. `distFolder` is the built console; port 0 takes any free one. */
export async function startMemoryServer(options: { distFolder: string; port?: number }): Promise<MemoryServer> {
  const state = newState()
  const server = createServer((request, response) => {
    answer(state, options.distFolder, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error))
    })
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    ...state.server,
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function newState(): State {
  const runs = new Map(
    [liveRun(), canaryRun(), abortedRun(), closedRun(), parentRun(), childRun()].map((run) => [run.id, run]),
  )
  const state: State = {
    streams: new Set(),
    eventsBroken: false,
    signedIn: false,
    tokenUsed: false,
    seq: 100,
    server: {
      token: 'one-time-token-for-the-console-test',
      runs,
      logs: new Map(),
      writes: [],
      notify: (notice) => {
        state.seq += 1
        const message = `id: ${state.seq}\ndata: ${JSON.stringify({ seq: state.seq, ...notice })}\n\n`
        for (const stream of state.streams) stream.write(message)
      },
      breakEvents: () => {
        state.eventsBroken = true
        for (const stream of state.streams) stream.destroy()
      },
      resumeEvents: () => {
        state.eventsBroken = false
      },
    },
  }
  return state
}

async function answer(
  state: State,
  distFolder: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  if (url.pathname === eventsPath) return openEvents(state, response)
  if (!url.pathname.startsWith('/api/')) return serveFile(distFolder, url.pathname, response)
  const body = await readBody(request)
  const result = route(state, request, url, body)
  response.writeHead(result.status, { 'content-type': 'application/json' }).end(JSON.stringify(result.json))
}

interface Result {
  status: number
  json: unknown
}

const found = (json: unknown): Result => ({ status: 200, json })
const refused = (status: number, code: string, message: string): Result => ({ status, json: { code, message } })

function route(state: State, request: IncomingMessage, url: URL, body: unknown): Result {
  const method = request.method ?? 'GET'
  const parts = url.pathname.split('/').slice(2).map(decodeURIComponent)
  if (url.pathname === '/api/session') return session(state, method, body)
  if (method !== 'GET') return write(state, method, url.pathname, request, body)
  const runs = [...state.server.runs.values()].filter(({ parent }) => parent === null)
  const [kind, id] = parts
  if (kind === 'projects' && id === undefined) return found([project(runs), emptyProject()])
  if (kind === 'projects') return projectPart(runs, id ?? '', parts[2])
  const run = state.server.runs.get(id ?? '')
  if (kind !== 'runs' || run === undefined)
    return refused(404, 'RUN_UNKNOWN', `Cannot show run "${id}": there is no such run`)
  return parts[2] === 'jobs' ? logPart(state, run.id, parts[3] ?? '', url) : found(run)
}

function projectPart(runs: RunView[], slug: string, part: string | undefined): Result {
  const view = [project(runs), emptyProject()].find((candidate) => candidate.slug === slug)
  if (view === undefined) return refused(404, 'PROJECT_UNKNOWN', `Cannot show project "${slug}": it is not registered`)
  return found(part === 'maturity' ? maturity() : view)
}

// Offsets count bytes, and a piece ends on a whole character.
function logPart(state: State, run: string, job: string, url: URL): Result {
  const bytes = Buffer.from(state.server.logs.get(`${run}/${job}`) ?? jobLog(30))
  const offset = Number(url.searchParams.get('offset') ?? 0)
  let end = Math.min(bytes.length, offset + logLimitBytes)
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  const running = state.server.runs
    .get(run)
    ?.stages.some((stage) => stage.jobs.some((each) => each.name === job && each.state === 'running'))
  const text = bytes.subarray(offset, end).toString('utf8')
  return found({ offset, nextOffset: end, text, complete: end === bytes.length && running !== true })
}

function session(state: State, method: string, body: unknown): Result {
  if (method === 'POST') {
    const token = (body as { token?: string } | null)?.token
    if (token !== state.server.token || state.tokenUsed) {
      return refused(
        401,
        'HTTP_SIGN_IN_LINK_USED',
        'Cannot sign in: the link was used already or is over five minutes old',
      )
    }
    state.tokenUsed = true
    state.signedIn = true
  }
  if (method === 'DELETE') {
    state.signedIn = false
    return found({ closed: true })
  }
  return found(sessionView(state))
}

function sessionView(state: State): SessionView {
  return state.signedIn
    ? { actor: { kind: 'person', id: 'lin.wei' }, permissions, csrf: 'csrf-of-the-session' }
    : {
        actor: { kind: 'anonymous', id: 'anonymous' },
        permissions: ['project.read', 'run.read', 'session.read'],
        csrf: null,
      }
}

function write(state: State, method: string, path: string, request: IncomingMessage, body: unknown): Result {
  const csrf = request.headers['x-sluice-csrf']
  state.server.writes.push({ method, path, csrf: typeof csrf === 'string' ? csrf : null, body })
  if (!state.signedIn || csrf !== 'csrf-of-the-session')
    return refused(403, 'HTTP_CSRF', 'Cannot write: the session’s token is missing')
  const run = state.server.runs.get(path.split('/')[3] ?? '')
  if (path.endsWith('/cancel') && run !== undefined) {
    const canceled: RunView = {
      ...run,
      status: 'canceled',
      delivery: 'none',
      finishedAt: new Date().toISOString(),
      sentence: { en: 'Canceled by lin.wei.', zh: '由 lin.wei 取消。' },
    }
    state.server.runs.set(run.id, canceled)
    return found(canceled)
  }
  if (path.endsWith('/stop')) return found(project([]))
  if (path.endsWith('/accept-producers') && run !== undefined) return found(run)
  if (path.endsWith('/sync')) return found({ commit: 'c0ffee', changed: false, run: null })
  if (path.endsWith('/runs')) return found(state.server.runs.get('run-live'))
  return refused(404, 'HTTP_UNKNOWN', `Cannot ${method} ${path}: there is no such route`)
}

function openEvents(state: State, response: ServerResponse): void {
  if (state.eventsBroken) {
    response.writeHead(503).end()
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.write('retry: 200\n: open\n\n')
  state.streams.add(response)
  response.on('close', () => state.streams.delete(response))
}

// Every address without a file of its own is a page of the console.
async function serveFile(distFolder: string, path: string, response: ServerResponse): Promise<void> {
  const wanted = normalize(join(distFolder, path))
  const inside = wanted.startsWith(distFolder + sep)
  const isFile = extname(wanted) !== ''
  const file = inside && isFile ? wanted : join(distFolder, 'index.html')
  const content = await readFile(file).catch(() => null)
  if (content === null) {
    response.writeHead(404).end()
    return
  }
  response
    .writeHead(200, {
      'content-type': contentTypes[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': csp,
    })
    .end(content)
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const text = Buffer.concat(parts).toString('utf8')
  return text === '' ? null : (JSON.parse(text) as unknown)
}
