import { createServer, type IncomingMessage, type Server } from 'node:http'
import fastifyMultipart from '@fastify/multipart'
import fastify, { type FastifyInstance } from 'fastify'
import { registerApiRoutes } from './api-routes.ts'
import { answerErrors } from './answer-errors.ts'
import { Callers } from './callers.ts'
import { registerConsole } from './console-files.ts'
import { registerEvents } from './event-stream.ts'
import { registerGit } from './git-routes.ts'
import { guardHost } from './guards.ts'
import type { HttpApiOptions } from './http-api-options.ts'
import { bodyTimeoutMs, headersTimeoutMs, limitBodyTime, requestTimeoutMs } from './limit-time.ts'
import { registerRunner } from './runner-routes.ts'

export interface HttpApi {
  /** Listens on TCP. @returns the port, which `0` lets the system choose */
  listen(host: string, port: number): Promise<number>
  /** Listens on a Unix socket whose callers are the administrator of this machine. */
  listenLocally(socketPath: string): Promise<void>
  close(): Promise<void>
}

/** Marks requests that came by the local socket; set by the server that accepted them, never by the caller. */
const local = new WeakSet<IncomingMessage>()

/** What both servers of the doors are made with. */
const limits = {
  headersTimeout: headersTimeoutMs,
  requestTimeout: requestTimeoutMs,
  maxHeaderSize: 16_384,
  connectionsCheckingInterval: 5000,
}
const connectionsMax = 1000
const traceBytesMax = 8 * 1024 * 1024
const artifactBytesMax = 4 * 1024 ** 3

/** The doors: console files, API, event stream, runner protocol and Git reads. */
export async function createHttpApi(
  options: HttpApiOptions,
  times: { bodyTimeoutMs: number } = { bodyTimeoutMs },
): Promise<HttpApi> {
  const app = fastify({
    bodyLimit: 2 * 1024 * 1024,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: 65_000,
    forceCloseConnections: true,
    http: limits,
  })
  app.server.maxConnections = connectionsMax
  const isLocal = (request: IncomingMessage): boolean => local.has(request)
  const callers = new Callers(options, isLocal)
  answerErrors(app, options.log)
  guardHost(app, isLocal)
  limitBodyTime(app, times.bodyTimeoutMs)
  await registerBodies(app)
  registerApiRoutes(app, options, callers)
  registerEvents(app, options.feed, callers)
  registerRunner(app, options.runner)
  registerGit(app, options.git, options.log)
  await registerConsole(app, options.consoleFolder)
  await app.ready()
  return doorsOf(app)
}

/** JSON is taken anyway; logs come as bytes, artifacts as forms. */
async function registerBodies(app: FastifyInstance): Promise<void> {
  await app.register(fastifyMultipart, {
    limits: { files: 1, fileSize: artifactBytesMax, fields: 10, fieldSize: 10_000, headerPairs: 50 },
  })
  app.addContentTypeParser(
    ['application/octet-stream', 'text/plain'],
    { parseAs: 'buffer', bodyLimit: traceBytesMax },
    (_, body, done) => done(null, body),
  )
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
      localServer = createServer(limits, (request, response) => {
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
