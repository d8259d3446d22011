/** One request of a customer. */
export interface Call {
  kind: 'open' | 'authorise' | 'read' | 'reverse' | 'repeat'
  method: 'GET' | 'POST'
  path: string
  /** Value of `Idempotency-Key`, for writes. */
  key: string | null
  body: Record<string, unknown> | null
}

/** What came back. `status` 0 means that no answer came. */
export interface Outcome {
  status: number
  body: string
  durationMs: number
}
