import { request, type IncomingMessage } from 'node:http'
import { createClient, type Call, type FetchLike } from '@sluice/contracts/client'
import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'

export interface PlatformConnection {
  call: Call
  /** Opens a GET as a stream, for server-sent events. */
  open(path: string, signal: AbortSignal): Promise<IncomingMessage>
}

const maxAnswerBytes = 64 * 1024 * 1024
const timeoutMs = 120_000

/** Speaks to the server over its Unix socket, where the caller is the administrator of this machine. */
export function connectPlatform(socketPath: string): PlatformConnection {
  return {
    call: createClient({ baseUrl: 'http://localhost', fetch: fetchOver(socketPath) }),
    open: (path, signal) =>
      new Promise((resolve, reject) => {
        const headers = { accept: 'text/event-stream' }
        const sent = request({ socketPath, path, method: 'GET', headers, signal }, (response) => {
          if (response.statusCode === 200) return resolve(response)
          response.resume()
          reject(new Error(`the server answered ${response.statusCode ?? 0}`))
        })
        sent.once('error', (error) => reject(notRunning(error, socketPath)))
        sent.end()
      }),
  }
}

/** `fetch` for the typed client, by HTTP over a Unix socket. */
function fetchOver(socketPath: string): FetchLike {
  return (url, init) =>
    new Promise((resolve, reject) => {
      const { pathname, search } = new URL(url)
      const options = { socketPath, path: `${pathname}${search}`, method: init.method, headers: init.headers }
      const sent = request({ ...options, timeout: timeoutMs }, (response) => {
        bodyOf(response).then(
          (text) => resolve({ status: response.statusCode ?? 0, json: async () => parse(text) }),
          reject,
        )
      })
      sent.once('timeout', () => sent.destroy(new Error(`the server did not answer within ${timeoutMs / 1000} s`)))
      sent.once('error', (error) => reject(notRunning(error, socketPath)))
      sent.end(init.body)
    })
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxAnswerBytes) throw new Error(`the server answered more than ${maxAnswerBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): unknown {
  return text === '' ? null : (JSON.parse(text) as unknown)
}

function notRunning(error: Error, socketPath: string): Error {
  const code = (error as NodeJS.ErrnoException).code
  if (code !== 'ENOENT' && code !== 'ECONNREFUSED') return error
  return new SluiceError<CliErrorCode>(
    'CLI_NOT_RUNNING',
    `Cannot reach the server at "${socketPath}": it is not running; start it with "./sluice up"`,
    { cause: error },
  )
}
