/**
 * Stands in for a part of the platform where the command line itself is tested: speaks the contract over the sockets
 * that its configuration names, and delivers in no time. Arguments: part, `--config`, file.
 */
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { EnvironmentView } from '@sluice/contracts/api'
import { environmentView, jobView, attemptView, runView } from './run-views.ts'

const [part = '', , configFile = ''] = process.argv.slice(2)
const config = JSON.parse(readFileSync(configFile, 'utf8')) as Record<string, string> & { port: number }

function tell(text: string): void {
  appendFileSync(join(configFile, '..', 'story.txt'), `${text}\n`)
}

/** What a test wants of it, in `fake.json` of the data folder. */
interface Fake {
  /** Production runs the newest change. */
  isDelivered?: boolean
  /** The run never ends. */
  isEndless?: boolean
  /** States of production, one a look; the last stays. */
  production?: EnvironmentView['state'][]
}

function fake(): Fake {
  try {
    return JSON.parse(readFileSync(join(configFile, '..', 'fake.json'), 'utf8')) as Fake
  } catch {
    return {}
  }
}

const release = { id: 'rel', version: '1.0.0', digest: 'sha256:1', commit: 'c', runId: 'run-0', since: '' }
let projectLooks = 0

function environmentsNow(): EnvironmentView[] {
  const states = fake().production
  if (states === undefined) return [environmentView('staging'), environmentView('production')]
  const state = states[Math.min(projectLooks++, states.length - 1)] ?? 'healthy'
  return [environmentView('staging', { release, state: 'healthy' }), environmentView('production', { release, state })]
}

const listeners = new Set<ServerResponse>()
let looks = 0

function notify(): void {
  for (const listener of listeners) listener.write('data: {}\n\n')
}

function runNow(): unknown {
  looks += 1
  setImmediate(notify)
  const attempt = attemptView({ finishedAt: '2026-01-01T00:00:02.000Z' })
  const job = jobView('unit-test', { state: looks > 1 ? 'success' : 'running', attempts: [attempt] })
  const end = looks > 2 && fake().isEndless !== true ? ({ status: 'success', delivery: 'delivered' } as const) : {}
  return runView({ stages: [{ name: 'test', jobs: [job] }], gates: [], environments: environmentsNow(), ...end })
}

const answers: Record<string, (body: string) => unknown> = {
  'POST /api/projects': () => ({ slug: 'card' }),
  'POST /api/projects/card/sync': () => ({
    commit: 'c',
    changed: true,
    run: fake().isDelivered ? null : { id: 'run-1' },
  }),
  'GET /api/projects/card': () => ({ slug: 'card', environments: environmentsNow() }),
  'GET /api/runs/run-1': runNow,
  'POST /api/sign-in-links': () => ({ url: 'http://127.0.0.1/#once', expiresAt: '2026-01-01T00:05:00Z' }),
  'POST /api/runners': () => {
    tell('runner is registered')
    return { id: 'r', token: 'a-token-of-a-runner' }
  },
  'POST /api/server/stop': (body) => {
    tell(`server stops ${body}`)
    setImmediate(() => end())
    return { stopping: true }
  },
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split('?')[0] ?? ''
  if (path === '/api/events') {
    listeners.add(response.writeHead(200, { 'content-type': 'text/event-stream' }))
    return notify()
  }
  const chunks = await request.toArray()
  if (path === '/api/v4/runners/verify') {
    const isKnown = Buffer.concat(chunks as Buffer[]).includes('"a-token-of-a-runner"')
    return void response.writeHead(isKnown ? 200 : 403).end()
  }
  const make = answers[`${request.method} ${path}`]
  response.writeHead(make === undefined ? 404 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(make?.(Buffer.concat(chunks as Buffer[]).toString()) ?? { code: 'NONE', message: path }))
}

function end(): void {
  tell(`${part} ends`)
  process.exit(0)
}

process.on('SIGTERM', end)
process.on('SIGHUP', () => tell(`${part} reads its settings again`))
tell(`${part} starts`)
if (part === 'server') {
  const keys = join(config['dataFolder'] ?? '', 'keys')
  mkdirSync(keys, { recursive: true })
  writeFileSync(join(keys, 'signer.pem'), '', { flag: 'a' })
  const api = createServer((request, response) => void answer(request, response))
  const socket = join(config['runtimeFolder'] ?? '', 'server.sock')
  rmSync(socket, { force: true })
  createServer((request, response) => void answer(request, response)).listen(socket, () => {
    api.listen(config.port, '127.0.0.1', () => {
      const address = api.address()
      const port = typeof address === 'object' ? address?.port : 0
      console.log(JSON.stringify({ ready: true, url: `http://127.0.0.1:${port}` }))
    })
  })
} else {
  // An open socket keeps the process.
  createServer().listen(0, '127.0.0.1', () => console.log(JSON.stringify({ ready: true, message: 'runner is ready' })))
}
