import type { Log } from '../log.ts'
import { Problem } from '../problem.ts'
import { jsonResponse } from './json.ts'

/** SQLSTATE classes and socket errors which say that the database is away or busy, not that the request is wrong. */
const unavailable = /^(08|53|57|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT)/

/** Turns whatever was thrown into an answer `{code, message}`. Details of a fault go to the log, never to the sender. */
export function failureResponse(error: unknown, log: Log): Response {
  const problem = error instanceof Problem ? error : describeFault(error)
  if (problem.status >= 500) log('request-failed', { code: problem.code, fault: faultText(problem.cause) })
  return jsonResponse(problem.status, JSON.stringify({ code: problem.code, message: problem.message }))
}

function describeFault(cause: unknown): Problem {
  if (
    unavailable.test(faultCode(cause)) ||
    /timeout exceeded when trying to connect|Connection terminated/.test(faultText(cause))
  ) {
    return new Problem(
      503,
      'DATABASE_UNAVAILABLE',
      'Cannot reach the ledger now: repeat the request with the same Idempotency-Key',
      {
        cause,
      },
    )
  }
  return new Problem(500, 'INTERNAL', 'Cannot serve the request: an unexpected fault, recorded in the log', { cause })
}

function faultCode(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
}

function faultText(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
}
