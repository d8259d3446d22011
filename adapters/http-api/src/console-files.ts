import { join, sep } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** What the console's pages may load: nothing from elsewhere. Ant Design sets styles from script. */
const contentSecurityPolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/** Serves the built console; every path without a file is a page of it. Without a folder there are no pages. */
export async function registerConsole(app: FastifyInstance, folder: string | null): Promise<void> {
  if (folder !== null) {
    await app.register(fastifyStatic, {
      root: folder,
      dotfiles: 'ignore',
      setHeaders(response, path) {
        void response.header('content-security-policy', contentSecurityPolicy)
        void response.header('cache-control', cacheOf(path, folder))
      },
    })
  }
  app.setNotFoundHandler((request, reply) => {
    if (folder !== null && isPage(request)) return reply.sendFile('index.html')
    const asked = `${request.method} ${request.url.split('?')[0]}`
    return reply.code(404).send({ code: 'HTTP_NOT_FOUND', message: `Cannot answer ${asked}: there is no such route` })
  })
}

/** Built files carry their digest in their name and never change; the page that names them does. */
function cacheOf(path: string, folder: string): string {
  return path.startsWith(join(folder, 'assets') + sep) ? 'public, max-age=31536000, immutable' : 'no-cache'
}

/** A missing file stays missing: only what looks like a page is one. */
function isPage(request: FastifyRequest): boolean {
  return request.method === 'GET' && !/^\/(?:api|git|assets)(?:\/|$)/.test(request.url)
}
