import { request } from 'node:http'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { BackendCounters, RouterSite, RouterSiteStatus, RouterStatus } from '@sluice/contracts/router'
import { SluiceError } from '@sluice/kernel'
import type { MetricSource, TrafficRouter } from '@sluice/rollout'

const answerLimitBytes = 4 * 1024 * 1024

interface RouterHttpOptions {
  /** Path of the router's control socket. */
  controlPath: string
  /** Time for one call; default 5,000. */
  timeoutMs?: number
}

interface Answer {
  status: number
  body: unknown
}

/** The router app over its control socket. Holds no connection between calls; nobody closes it. */
export class RouterHttpClient implements TrafficRouter, MetricSource {
  readonly #controlPath: string
  readonly #timeoutMs: number

  constructor(options: RouterHttpOptions) {
    this.#controlPath = options.controlPath
    this.#timeoutMs = options.timeoutMs ?? 5000
  }

  async apply(site: RouterSite): Promise<RouterSiteStatus> {
    return (await this.#call('PUT', `/sites/${encodeURIComponent(site.name)}`, site)) as RouterSiteStatus
  }

  async status(): Promise<RouterSiteStatus[]> {
    return (await this.router()).sites
  }

  async remove(siteName: string): Promise<void> {
    await this.#call('DELETE', `/sites/${encodeURIComponent(siteName)}`)
  }

  async read(siteName: string): Promise<BackendCounters[]> {
    return (await this.status()).find(({ name }) => name === siteName)?.counters ?? []
  }

  /** Who the router is, and all its sites. */
  async router(): Promise<RouterStatus> {
    return (await this.#call('GET', '/status')) as RouterStatus
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.#send(method, path, body).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      throw new SluiceError(
        'ROUTER_HTTP_UNREACHABLE',
        `Cannot ${method} ${path} at the router "${this.#controlPath}": ${why}`,
        { cause: error, status: 503 },
      )
    })
    if (answer.status !== 200) throw refusal(method, path, answer)
    return answer.body
  }

  async #send(method: string, path: string, body: unknown): Promise<Answer> {
    const signal = AbortSignal.timeout(this.#timeoutMs)
    const sent = request({ socketPath: this.#controlPath, method, path, signal, agent: false, host: 'router' })
    sent.setHeader('content-type', 'application/json')
    sent.end(body === undefined ? undefined : JSON.stringify(body))
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    return { status: response.statusCode ?? 0, body: JSON.parse(await textOf(response)) as unknown }
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > answerLimitBytes) throw new Error(`the answer is larger than ${answerLimitBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function refusal(method: string, path: string, { status, body }: Answer): SluiceError {
  const { code, message } = body as { code?: string; message?: string }
  const said = message ?? `status ${status}`
  if (code === 'ROUTER_GENERATION_STALE') return new SluiceError('ROLLOUT_GENERATION_STALE', said, { status })
  if (code === 'ROUTER_PORT_UNAVAILABLE') return new SluiceError('ROLLOUT_PORT_UNAVAILABLE', said, { status })
  return new SluiceError('ROUTER_HTTP_REFUSED', `Cannot ${method} ${path} at the router: ${said}`, { status })
}
