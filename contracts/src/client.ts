/** The typed client: the same route objects as the server's, over a `fetch` that is handed in. */
import { pathOf, type Route } from './api/route.ts'

/** The part of `fetch` that the client uses, so that it needs neither Node nor a browser. */
export type FetchLike = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string; signal?: AbortSignalLike },
) => Promise<{ status: number; json(): Promise<unknown> }>

/** What the client needs of an `AbortSignal`. */
export interface AbortSignalLike {
  readonly aborted: boolean
}

/** An answer that is no success, with the server's code. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure'
  readonly code: string
  readonly status: number

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export interface CallOptions<Body> {
  parameters?: Record<string, string | number>
  query?: Record<string, string | number>
  body?: Body
}

/** Calls one route. @throws ApiFailure with the server's code and message. */
export type Call = <Answer, Body>(route: Route<Answer, Body>, options?: CallOptions<Body>) => Promise<Answer>

/** Makes a client. `headers` is asked before each call, e.g. for the CSRF token. */
export function createClient(options: {
  baseUrl: string
  fetch: FetchLike
  headers?: () => Record<string, string>
}): Call {
  return async (route, call = {}) => {
    const query = Object.entries(call.query ?? {}).map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
    const url = `${options.baseUrl}${pathOf(route.path, call.parameters ?? {})}${query.length > 0 ? `?${query.join('&')}` : ''}`
    const sent = call.body === undefined ? {} : { body: JSON.stringify(call.body) }
    const answer = await options.fetch(url, {
      method: route.method,
      headers: { ...options.headers?.(), ...(call.body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...sent,
    })
    const json = await answer.json()
    if (answer.status >= 400) throw failureOf(answer.status, json)
    return json as never
  }
}

function failureOf(status: number, json: unknown): ApiFailure {
  const body = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {}
  return new ApiFailure(
    status,
    textOf(body['code']) ?? 'HTTP_UNKNOWN',
    textOf(body['message']) ?? `the server answered ${status}`,
  )
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
