import { SluiceError } from '@sluice/kernel'
import type { FastifyInstance } from 'fastify'

/** Every error leaves as `{code, message}`; what is no `SluiceError` is told to the log and not to the caller. */
export function answerErrors(app: FastifyInstance, log: (message: string, details: object) => void): void {
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof SluiceError) return reply.code(error.status).send({ code: error.code, message: error.message })
    const status = statusOf(error)
    if (status < 500)
      return reply
        .code(status)
        .send({ code: 'HTTP_BODY_INVALID', message: `Cannot take the request: ${messageOf(error)}` })
    log('a request failed', {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url,
      error: detailOf(error),
    })
    return reply
      .code(500)
      .send({ code: 'HTTP_INTERNAL', message: `The server met a fault; its log has it under request ${request.id}` })
  })
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : 500
  return typeof status === 'number' ? status : 500
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
const detailOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error))
