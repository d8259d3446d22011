import { mkdtemp, rm } from 'node:fs/promises'
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { routes } from '@sluice/contracts/api'
import { createHttpApi, type HttpApiOptions } from '../src/index.ts'

export const member = { kind: 'person', id: 'session:1' } as const
export const sessionId = 'session-of-a-member-1'
export const csrf = 'csrf-of-the-session'
export const memberHeaders = { cookie: `sluice_session=${sessionId}`, 'x-sluice-csrf': csrf }

export interface Asked {
  method?: string
  path: string
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** By the local socket. */
  locally?: boolean
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/** Open doors on both sides, with handlers that answer with their route's name. */
export interface TestDoors {
  port: number
  logged: { message: string; details: object }[]
  ask(asked: Asked): Promise<Answer>
  /** Begins a request. Resolves with its answer's head. */
  open(asked: Asked): Promise<IncomingMessage>
  close(): Promise<void>
}

/** Handled by the door itself. */
const ownRoutes = ['getSession', 'openSession', 'closeSession']
const handled = Object.keys(routes).filter((name) => !ownRoutes.includes(name))
const handlers = Object.fromEntries(
  handled.map((name) => [name, async (call: object) => ({ route: name, ...call })]),
) as unknown as HttpApiOptions['handlers']

/** What the doors are opened with where a test gives nothing else: nobody may do anything. */
const closed: Omit<HttpApiOptions, 'log'> = {
  handlers,
  sessions: {
    open: async (token) => (token === 'a token that is good' ? { id: sessionId, actor: member, csrf } : null),
    find: async (id) => (id === sessionId ? { actor: member, csrf } : null),
    close: async () => {},
  },
  feed: { subscribe: () => () => {}, since: async () => [] },
  runner: {
    verify: async () => false,
    requestJob: async () => 'forbidden',
    appendTrace: async () => ({ status: 403, sizeBytes: 0, canceled: true }),
    update: async () => ({ status: 403, canceled: true }),
    upload: async () => false,
    download: async () => 'forbidden',
  },
  git: { mayRead: async () => false, serve: async (_project, _request, response) => void response.end() },
  consoleFolder: null,
  localPerson: 'local:1000',
}

export async function openTestDoors(
  options: Partial<HttpApiOptions> = {},
  times?: { bodyTimeoutMs: number },
): Promise<TestDoors> {
  const logged: TestDoors['logged'] = []
  const log = (message: string, details: object): void => void logged.push({ message, details })
  const api = await createHttpApi({ ...closed, log, ...options }, times)
  const port = await api.listen('127.0.0.1', 0)
  const folder = await mkdtemp(join(tmpdir(), 'sluice-doors-'))
  const socketPath = join(folder, 's')
  await api.listenLocally(socketPath)

  const open = ({ method = 'GET', path, headers = {}, body, locally = false }: Asked): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const where = locally ? { socketPath } : { host: '127.0.0.1', port }
      request({ ...where, method, path, headers, agent: false }, resolve)
        .once('error', reject)
        .end(body)
    })

  return {
    port,
    logged,
    open,
    async ask(asked) {
      const response = await open(asked)
      const text = Buffer.concat((await response.toArray()) as Buffer[]).toString('utf8')
      return { status: response.statusCode ?? 0, headers: response.headers, text }
    },
    async close() {
      await api.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
