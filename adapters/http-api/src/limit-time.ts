import type { FastifyInstance } from 'fastify'

/** A body of the API or of a runner's short calls must be here within this; only uploads and fetches take longer. */
export const bodyTimeoutMs = 30_000
/** Anything, also an upload of gigabytes. */
export const requestTimeoutMs = 30 * 60_000
/** The first line and the headers. */
export const headersTimeoutMs = 15_000

/**
 * Cuts off who sends a body drop by drop. The time until the answer is not limited: requests for a job and event
 * streams wait long on purpose.
 */
export function limitBodyTime(app: FastifyInstance, timeoutMs: number): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { raw } = request
    if (isLong(request.url) || raw.method === 'GET' || raw.complete) return done()
    const timer = setTimeout(() => raw.destroy(), timeoutMs)
    raw.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer))
    done()
  })
}

const isLong = (url: string): boolean => url.startsWith('/git/') || /^\/api\/v4\/jobs\/\d+\/artifacts(?:\?|$)/.test(url)
