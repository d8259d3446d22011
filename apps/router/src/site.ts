/**
 * One fixed URL and the backends behind it.
 *
 * 1. Every request asks the table anew; a change of the table touches no connection and no request in flight.
 * 2. A request is tried once. It is tried a second time, on another backend with weight, only where the first one
 *    refused the connection, or ended an idle one at the very moment, and the method is safe and has no body (GET,
 *    HEAD): so nothing can happen twice. A refusal is counted as an error of the one that refused.
 * 3. No backend with weight: 503. No answer: 502. No answer in time: 504.
 */
import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { RouterSite, RouterSiteStatus } from '@sluice/contracts/router'
import { SluiceError } from '@sluice/kernel'
import { createProxyServer } from 'httpxy'
import { BackendMeter } from './backend-meter.ts'
import { dropHopByHop, dropSession, dropSessionAnswer, setForwarded } from './forward.ts'
import { WeightedRoundRobin } from './weighted-round-robin.ts'

interface Backend {
  target: { host: string; port: number; protocol: string }
  weight: number
  meter: BackendMeter
}

const host = '127.0.0.1'
const retried = new Set(['GET', 'HEAD'])
const answers: Record<number, string> = {
  502: 'Bad gateway: the service did not answer.\n',
  503: 'Service unavailable: nothing serves here now.\n',
  504: 'Gateway timeout: the service did not answer in time.\n',
}

export class Site {
  #table: RouterSite
  #rotation: WeightedRoundRobin
  #backends = new Map<string, Backend>()
  readonly #responseTimeoutMs: number
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 256, scheduling: 'lifo' })
  readonly #proxy = createProxyServer({ xfwd: false })
  readonly #server: Server
  readonly #upgraded = new Set<Duplex>()
  /** Requests that went out on a connection that had been idle: the backend may close it at that very moment. */
  readonly #reused = new WeakSet<IncomingMessage>()
  /** Responses whose backend ended in the middle. */
  readonly #broken = new WeakSet<ServerResponse>()
  #closing = false

  private constructor(table: RouterSite, responseTimeoutMs: number) {
    this.#responseTimeoutMs = responseTimeoutMs
    this.#table = table
    this.#rotation = new WeightedRoundRobin([])
    this.#server = createServer((request, response) => this.#serve(request, response))
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
    this.#server.keepAliveTimeout = 75_000
    // No listener for `error`: then httpxy rejects the promise of the one attempt.
    this.#proxy.on('proxyReq', (outgoing, request) => {
      if (outgoing.reusedSocket) this.#reused.add(request)
      else this.#reused.delete(request)
    })
    this.#proxy.on('proxyRes', (answer, _, response) => this.#onAnswer(answer, response))
    this.update(table)
  }

  /**
   * Listens and serves.
   * @throws SluiceError `ROUTER_PORT_UNAVAILABLE`
   */
  static async open(table: RouterSite, responseTimeoutMs: number): Promise<Site> {
    const site = new Site(table, responseTimeoutMs)
    try {
      site.#server.listen(table.port, host)
      await once(site.#server, 'listening')
    } catch (error) {
      throw new SluiceError(
        'ROUTER_PORT_UNAVAILABLE',
        `Cannot serve site "${table.name}": port ${table.port} of ${host} cannot be listened on: ${(error as Error).message}`,
        { cause: error, status: 409 },
      )
    }
    site.#table = { ...table, port: site.port }
    return site
  }

  get port(): number {
    const address = this.#server.address() as AddressInfo | null
    return address?.port ?? this.#table.port
  }

  /** As it is to be kept on disk: with the port that was chosen. */
  get table(): RouterSite {
    return this.#table
  }

  #onAnswer(answer: IncomingMessage, response: ServerResponse): void {
    dropHopByHop(answer.headers, { upgrade: false })
    dropSessionAnswer(answer.headers)
    answer.headers.connection = response.shouldKeepAlive && !this.#closing ? 'keep-alive' : 'close'
    // The limit is for the beginning of an answer; a stream may be silent for longer.
    answer.socket.setTimeout(0)
    const onEnd = (): void => {
      if (!answer.complete && !response.destroyed) this.#broken.add(response)
    }
    answer.once('error', onEnd).once('close', onEnd)
  }

  /** From now on requests follow this table. Counters of backends that stay go on. */
  update(table: RouterSite): void {
    const backends = new Map<string, Backend>()
    for (const { id, port, weight } of table.backends) {
      const meter = this.#backends.get(id)?.meter ?? new BackendMeter(id)
      backends.set(id, { target: { host, port, protocol: 'http:' }, weight, meter })
    }
    this.#backends = backends
    this.#rotation = new WeightedRoundRobin(table.backends)
    this.#table = { ...table, port: this.#table.port }
  }

  status(): RouterSiteStatus {
    const { name, generation, backends } = this.#table
    const meters = [...this.#backends.values()].map(({ meter }) => meter)
    return {
      name,
      url: `http://${host}:${this.port}`,
      port: this.port,
      generation,
      backends: backends.map((backend) => ({
        ...backend,
        inFlight: this.#backends.get(backend.id)?.meter.inFlight ?? 0,
      })),
      counters: meters.map((meter) => meter.counters()),
    }
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    dropHopByHop(request.headers, { upgrade: false })
    dropSession(request.headers)
    setForwarded(request, this.port)
    const id = this.#rotation.next()
    if (id === null) return answer(response, 503)
    void this.#attempt(id, request, response).then((outcome) => this.#afterAttempt(id, outcome, request, response))
  }

  async #afterAttempt(id: string, outcome: Outcome, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const again = retried.has(request.method ?? '') && hasNoBody(request) ? this.#secondChoice(id, outcome) : null
    finish(again === null ? outcome : await this.#attempt(again, request, response), response)
  }

  #secondChoice(id: string, outcome: Outcome): string | null {
    const other = this.#rotation.otherThan(id)
    if (outcome === 'stale') return other ?? id
    return outcome === 'refused' ? other : null
  }

  /** One try at one backend, measured. */
  async #attempt(id: string, request: IncomingMessage, response: ServerResponse): Promise<Outcome> {
    const backend = this.#backends.get(id)
    if (backend === undefined) return 'refused'
    const { meter, target } = backend
    const startedMs = performance.now()
    meter.begin()
    const options = { target, agent: this.#agent, proxyTimeout: this.#responseTimeoutMs }
    const failure = await this.#proxy.web(request, response, options).then(
      () => null,
      (error: unknown) => error as NodeJS.ErrnoException,
    )
    const latencyMs = performance.now() - startedMs
    const outcome = this.#outcome(failure, latencyMs, request, response)
    if (outcome === 'gone' || outcome === 'stale') meter.forget()
    else meter.end(latencyMs, outcome !== 'answered' || response.statusCode >= 500)
    return outcome
  }

  #outcome(
    failure: NodeJS.ErrnoException | null,
    latencyMs: number,
    request: IncomingMessage,
    response: ServerResponse,
  ): Outcome {
    if (this.#broken.has(response)) return 'unanswered'
    if (failure === null && response.writableFinished) return 'answered'
    if (failure === null || response.destroyed) return 'gone'
    if (failure.code === 'ECONNREFUSED') return 'refused'
    if (latencyMs >= this.#responseTimeoutMs) return 'timeout'
    return failure.code === 'ECONNRESET' && this.#reused.has(request) ? 'stale' : 'unanswered'
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const id = this.#rotation.next()
    const backend = id === null ? undefined : this.#backends.get(id)
    if (backend === undefined) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    dropHopByHop(request.headers, { upgrade: true })
    dropSession(request.headers)
    setForwarded(request, this.port)
    this.#upgraded.add(socket)
    backend.meter.begin()
    const startedMs = performance.now()
    socket.once('close', () => this.#upgraded.delete(socket))
    const options = { target: backend.target, upgradeTimeout: this.#responseTimeoutMs }
    this.#proxy.ws(request, socket as Socket, options, head).then(
      () => backend.meter.end(performance.now() - startedMs, false),
      () => backend.meter.end(performance.now() - startedMs, true),
    )
  }

  /** Takes no new requests, lets those in flight end for at most `drainMs`, then closes. */
  async close(drainMs: number): Promise<void> {
    this.#closing = true
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeIdleConnections()
    const timer = setTimeout(() => {
      this.#server.closeAllConnections()
    }, drainMs)
    for (const socket of this.#upgraded) socket.end()
    await closed
    clearTimeout(timer)
    for (const socket of this.#upgraded) socket.destroy()
    this.#agent.destroy()
  }
}

/** What came of one try. */
type Outcome =
  | 'answered'
  /** The client went away. */
  | 'gone'
  | 'refused'
  /** An idle connection ended as the request was sent. */
  | 'stale'
  | 'timeout'
  /** No answer, or not to its end. */
  | 'unanswered'

function hasNoBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0
}

function finish(outcome: Outcome, response: ServerResponse): void {
  if (outcome === 'answered' || outcome === 'gone') return
  answer(response, outcome === 'timeout' ? 504 : 502)
}

function answer(response: ServerResponse, status: number): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const body = answers[status] ?? ''
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}
