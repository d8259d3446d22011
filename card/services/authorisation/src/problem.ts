/** Codes of refused requests. A declined authorisation is an answer, not a problem. */
export type ProblemCode =
  | 'REQUEST_INVALID'
  | 'BODY_TOO_LARGE'
  | 'BODY_NOT_JSON'
  | 'IDEMPOTENCY_KEY_INVALID'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'ACCOUNT_UNKNOWN'
  | 'ROUTE_UNKNOWN'
  | 'DATABASE_UNAVAILABLE'
  | 'INTERNAL'

/** A request that cannot be served, with the status and the body `{code, message}` that its sender gets. */
export class Problem extends Error {
  readonly status: 400 | 404 | 409 | 413 | 415 | 500 | 503
  readonly code: ProblemCode

  constructor(status: Problem['status'], code: ProblemCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Problem'
    this.status = status
    this.code = code
  }
}
