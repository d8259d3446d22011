import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

import type { Call, Outcome } from './calls.ts'

const timeoutMs = 5000

export interface Sender {
  /** Sends one call; a broken connection is an outcome too, never an error. */
  send: (call: Call) => Promise<Outcome>
  /** Closes its connections. */
  close: () => void
}

/** A client with connections of its own that are kept open. */
export function createSender(target: URL, maxConnections: number): Sender {
  const secure = target.protocol === 'https:'
  const options = { keepAlive: true, maxSockets: maxConnections }
  const agent = secure ? new HttpsAgent(options) : new HttpAgent(options)
  const request = secure ? httpsRequest : httpRequest

  const send = (call: Call): Promise<Outcome> => {
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    const startedAt = performance.now()
    const end = (status: number, body: string): void => {
      resolve({ status, body, durationMs: performance.now() - startedAt })
    }
    const headers = headersOf(call)
    const outgoing = request(new URL(call.path, target), { agent, method: call.method, headers, timeout: timeoutMs })
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')))
    outgoing.on('error', (error) => end(0, error.message))
    outgoing.on('response', (incoming) => {
      let body = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (part: string) => (body += part))
      incoming.on('end', () => end(incoming.statusCode ?? 0, body))
      incoming.on('error', (error) => end(0, error.message))
    })
    outgoing.end(call.body === null ? undefined : JSON.stringify(call.body))
    return promise
  }
  return { send, close: () => agent.destroy() }
}

function headersOf(call: Call): Record<string, string> {
  return {
    ...(call.body === null ? {} : { 'content-type': 'application/json' }),
    ...(call.key === null ? {} : { 'idempotency-key': call.key }),
  }
}
