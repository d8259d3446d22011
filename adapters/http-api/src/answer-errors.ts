import { SluiceError } from '@sluice/kernel'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/**
 * Every error leaves as `{code, message}`. A fault of the server (no `SluiceError`, or one of status 500 and more) is
 * told to the log, and to the caller only that there was one: its message may hold paths or worse.
 */
export function answerErrors(app: FastifyInstance, log: (message: string, details: object) => void): void {
  app.setErrorHandler((error, request, reply) => {
    const { status, code, message } = answerTo(error)
    if (status < 500) return reply.code(status).send({ code, message })
    return answerFault(error, request, reply, log)
  })
}

function answerTo(error: unknown): { status: number; code: string; message: string } {
  if (error instanceof SluiceError) return error
  const status = statusOf(error)
  const code = status === 413 ? 'HTTP_BODY_TOO_LARGE' : 'HTTP_BODY_INVALID'
  return { status, code, message: `Cannot take the request: ${messageOf(error)}` }
}

function answerFault(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: (message: string, details: object) => void,
): FastifyReply {
  const { id, method, routeOptions } = request
  log('a request failed', { requestId: id, method, route: routeOptions.url, error: detailOf(error) })
  const message = `The server met a fault; its log has it under request ${id}`
  return reply.code(500).send({ code: 'HTTP_INTERNAL', message })
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : 500
  return typeof status === 'number' ? status : 500
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'it gave no reason')
const detailOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : typeof error)
