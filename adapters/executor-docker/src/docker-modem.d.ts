/** What is used of docker-modem, which brings no types of its own. */
declare module 'docker-modem' {
  interface DialOptions {
    path: string
    method: string
    /** `_query` becomes the query, which needs a `?` at the end of the path; `_body` the body as JSON. */
    options: { _query: object; _body: object }
    headers?: Record<string, string>
    authconfig?: object | undefined
    abortSignal?: AbortSignal | undefined
    /** The answer is handed over as it comes. */
    isStream?: boolean
    /** The connection itself is handed over. */
    hijack?: boolean
    statusCodes: Record<number, true>
  }
  export default class Modem {
    constructor(options?: { socketPath?: string })
    dial(options: DialOptions, done: (error: Error | null, answer: unknown) => void): void
  }
}
