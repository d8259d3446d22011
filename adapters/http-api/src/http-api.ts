import { createServer, type IncomingMessage, type Server } from 'node:http'
import fastifyMultipart from '@fastify/multipart'
import fastify, { type FastifyInstance } from 'fastify'
import { registerApiRoutes } from './api-routes.ts'
import { answerErrors } from './answer-errors.ts'
import { registerConsole } from './console-files.ts'
import { registerEvents } from './event-stream.ts'
import { registerGit } from './git-routes.ts'
import { guardHost } from './guards.ts'
import type { ApiHandlers, ChangeFeed, GitReads, RunnerCalls, SessionKeeper } from './ports.ts'
import { registerRunner } from './runner-routes.ts'

export interface HttpApiOptions {
  handlers: ApiHandlers
  sessions: SessionKeeper
  feed: ChangeFeed
  runner: RunnerCalls
  git: GitReads
  /** Folder of the built console; without one only the API is served. */
  consoleFolder: string | null
  /** Id of the person who owns the data folder; callers of the local socket act as them. */
  localPerson: string
  log: (message: string, details: object) => void
}

export interface HttpApi {
  /** Listens on TCP. @returns the port, which `0` lets the system choose */
  listen(host: string, port: number): Promise<number>
  /** Listens on a Unix socket whose callers are the administrator of this machine. */
  listenLocally(socketPath: string): Promise<void>
  close(): Promise<void>
}

/** Marks requests that came by the local socket; set by the server that accepted them, never by the caller. */
const local = new WeakSet<IncomingMessage>()

/** The doors: console files, API, event stream, runner protocol and Git reads. */
export async function createHttpApi(options: HttpApiOptions): Promise<HttpApi> {
  const app = fastify({
    bodyLimit: 2 * 1024 * 1024,
    requestTimeout: 0,
    connectionTimeout: 0,
    keepAliveTimeout: 65_000,
    forceCloseConnections: true,
  })
  const isLocal = (request: IncomingMessage): boolean => local.has(request)
  await app.register(fastifyMultipart, { limits: { files: 1, fileSize: 4 * 1024 ** 3, fields: 10, fieldSize: 10_000 } })
  app.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer', bodyLimit: 8 * 1024 * 1024 },
    (_, body, done) => done(null, body),
  )
  app.addContentTypeParser('text/plain', { parseAs: 'buffer', bodyLimit: 8 * 1024 * 1024 }, (_, body, done) =>
    done(null, body),
  )
  answerErrors(app, options.log)
  guardHost(app, isLocal)
  registerApiRoutes(app, options, isLocal)
  registerEvents(app, options.feed)
  registerRunner(app, options.runner)
  registerGit(app, options.git)
  await registerConsole(app, options.consoleFolder)
  await app.ready()
  return doorsOf(app)
}

function doorsOf(app: FastifyInstance): HttpApi {
  let localServer: Server | null = null
  return {
    async listen(host, port) {
      await app.listen({ host, port })
      const address = app.server.address()
      return typeof address === 'object' && address !== null ? address.port : port
    },
    async listenLocally(socketPath) {
      localServer = createServer((request, response) => {
        local.add(request)
        app.routing(request, response)
      })
      await new Promise<void>((resolve, reject) => localServer?.once('error', reject).listen(socketPath, resolve))
    },
    async close() {
      localServer?.closeAllConnections()
      await new Promise<void>((resolve) => (localServer ? localServer.close(() => resolve()) : resolve()))
      await app.close()
    },
  }
}
