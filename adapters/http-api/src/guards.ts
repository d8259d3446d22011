import type { IncomingMessage } from 'node:http'
import { SluiceError } from '@sluice/kernel'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Names under which a loopback server is reached. Anything else is a page that had its name pointed here. */
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** Refuses requests for another host (DNS rebinding) and sets the headers that every answer has. */
export function guardHost(app: FastifyInstance, isLocal: (request: IncomingMessage) => boolean): void {
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    })
    if (isLocal(request.raw)) return
    const host = request.headers.host ?? ''
    const name = host.replace(/:\d+$/, '')
    if (!loopback.has(name)) {
      throw new SluiceError(
        'HTTP_WRONG_HOST',
        `Cannot answer for host "${host.slice(0, 200)}": this server is 127.0.0.1 and localhost`,
        { status: 421 },
      )
    }
  })
}

/** A write by cookie must come from this server's own page and carry the session's token. */
export function checkOrigin(request: FastifyRequest, csrf: string | null): void {
  const origin = request.headers.origin
  const expected = `http://${request.headers.host ?? ''}`
  if (origin !== undefined && origin !== expected) {
    throw new SluiceError(
      'HTTP_WRONG_ORIGIN',
      `Cannot take the request: it comes from "${origin.slice(0, 200)}", wanted "${expected}"`,
      { status: 403 },
    )
  }
  if (csrf !== null && request.headers['x-sluice-csrf'] !== csrf) {
    throw new SluiceError('HTTP_WRONG_ORIGIN', 'Cannot take the request: header X-Sluice-Csrf is not the session’s', {
      status: 403,
    })
  }
}
