import { once } from 'node:events'
import { createServer, request as httpRequest, Agent, type IncomingMessage, type RequestListener } from 'node:http'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RouterBackend, RouterSiteStatus } from '@sluice/contracts/router'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startRouter, type RunningRouter } from './start-router.ts'

let folder: string
let router: RunningRouter
const closers: (() => Promise<void>)[] = []

const config = (): Parameters<typeof startRouter>[0] => ({
  controlPath: join(folder, 'control', 'router.sock'),
  statePath: join(folder, 'state', 'table.json'),
  responseTimeoutMs: 400,
  drainMs: 1000,
})

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-router-'))
  router = await startRouter(config())
})

afterEach(async () => {
  await router.close()
  for (const close of closers.splice(0)) await close()
  await rm(folder, { recursive: true })
})

interface Answer {
  status: number
  headers: IncomingMessage['headers']
  body: string
}

interface Call {
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string
  agent?: Agent
}

async function send(to: { port: number } | { socketPath: string }, call: Call = {}): Promise<Answer> {
  const { method = 'GET', path = '/', headers = {}, body, agent } = call
  const sent = httpRequest({ ...to, host: '127.0.0.1', method, path, headers, ...(agent ? { agent } : {}) })
  sent.end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk)
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() }
}

async function backend(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  })
  return (server.address() as AddressInfo).port
}

const saying = (word: string): Promise<number> => backend((_, response) => response.end(word))

async function closedPort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const control = (method: string, path: string, value?: unknown): Promise<Answer> =>
  send(
    { socketPath: config().controlPath },
    { method, path, ...(value === undefined ? {} : { body: JSON.stringify(value) }) },
  )

async function apply(generation: number, backends: RouterBackend[], port = 0): Promise<RouterSiteStatus> {
  const answer = await control('PUT', '/sites/shop', { name: 'shop', port, generation, backends })
  expect(answer).toMatchObject({ status: 200 })
  return JSON.parse(answer.body) as RouterSiteStatus
}

function counters(id: string): { requests: number; errors: number } {
  const found = router.sites()[0]?.counters.find((counter) => counter.id === id)
  return { requests: found?.requests ?? 0, errors: found?.errors ?? 0 }
}

/** Counters are written when the response has ended, a moment after the client has it all. */
async function countersOf(id: string, requests: number): Promise<{ requests: number; errors: number }> {
  await expect.poll(() => counters(id).requests).toBe(requests)
  return counters(id)
}

describe('a site', () => {
  test('divides requests exactly by weight', async () => {
    const site = await apply(1, [
      { id: 'a', port: await saying('a'), weight: 90 },
      { id: 'b', port: await saying('b'), weight: 10 },
    ])
    const words: string[] = []
    for (let index = 0; index < 100; index++) words.push((await send(site)).body)
    expect(words.filter((word) => word === 'b')).toHaveLength(10)
    expect(await countersOf('b', 10)).toEqual({ requests: 10, errors: 0 })
    expect(await countersOf('a', 90)).toEqual({ requests: 90, errors: 0 })
  })

  test('passes method, path, body and headers on, and says where the request came from', async () => {
    const port = await backend((request, response) => {
      request.setEncoding('utf8')
      let body = ''
      request.on('data', (chunk: string) => (body += chunk))
      request.on('end', () => {
        const { method, url, headers } = request
        response.setHeader('x-from-service', 'yes')
        response.setHeader('set-cookie', ['sluice_session=; Max-Age=0', 'card=2'])
        response.statusCode = 201
        response.end(JSON.stringify({ method, url, headers, body }))
      })
    })
    const site = await apply(1, [{ id: 'a', port, weight: 100 }])
    const answer = await send(site, {
      method: 'POST',
      path: '/accounts?limit=1',
      body: '{"a":1}',
      headers: {
        host: 'card.example',
        'idempotency-key': 'k1',
        connection: 'close, x-private',
        'x-private': 'for the router only',
        te: 'trailers',
        'x-forwarded-for': '6.6.6.6',
        cookie: 'theme=dark; sluice_session=secret; card=1',
      },
    })
    expect(answer.status).toBe(201)
    expect(answer.headers['x-from-service']).toBe('yes')
    expect(answer.headers['set-cookie']).toEqual(['card=2'])
    expect(Object.keys(answer.headers).filter((name) => name.includes('sluice'))).toEqual([])
    const seen = JSON.parse(answer.body) as {
      method: string
      url: string
      headers: Record<string, string>
      body: string
    }
    expect(seen).toMatchObject({ method: 'POST', url: '/accounts?limit=1', body: '{"a":1}' })
    expect(seen.headers).toMatchObject({
      host: 'card.example',
      'idempotency-key': 'k1',
      cookie: 'theme=dark; card=1',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'card.example',
      'x-forwarded-port': String(site.port),
      'x-forwarded-proto': 'http',
      connection: 'keep-alive',
    })
    expect(seen.headers).not.toHaveProperty('x-private')
    expect(seen.headers).not.toHaveProperty('te')
  })

  test('without backends, or with all weights 0, answers 503', async () => {
    const empty = await apply(1, [])
    expect(await send(empty)).toMatchObject({ status: 503 })
    const idle = await apply(2, [{ id: 'a', port: await saying('a'), weight: 0 }])
    expect(await send(idle)).toMatchObject({ status: 503, body: expect.stringContaining('nothing serves here') })
    expect(counters('a')).toEqual({ requests: 0, errors: 0 })
  })

  test('counts status 500 and above as errors, 404 not', async () => {
    const port = await backend((request, response) => {
      response.statusCode = Number(request.url?.slice(1))
      response.end()
    })
    const site = await apply(1, [{ id: 'a', port, weight: 100 }])
    for (const path of ['/200', '/404', '/500', '/503']) await send(site, { path })
    expect(await countersOf('a', 4)).toEqual({ requests: 4, errors: 2 })
  })

  test('tries a GET at another backend where the first refuses the connection, and counts the refusal', async () => {
    const site = await apply(1, [
      { id: 'dead', port: await closedPort(), weight: 50 },
      { id: 'b', port: await saying('b'), weight: 50 },
    ])
    for (let index = 0; index < 4; index++) expect(await send(site)).toMatchObject({ status: 200, body: 'b' })
    expect(await countersOf('dead', 2)).toEqual({ requests: 2, errors: 2 })
  })

  test('tries a POST once: 502 where the backend refuses', async () => {
    const site = await apply(1, [
      { id: 'dead', port: await closedPort(), weight: 50 },
      { id: 'b', port: await saying('b'), weight: 50 },
    ])
    const statuses = [
      (await send(site, { method: 'POST', body: 'x' })).status,
      (await send(site, { method: 'POST', body: 'x' })).status,
    ]
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 502])
  })

  test('answers 504 where the backend does not answer in time', async () => {
    const site = await apply(1, [{ id: 'a', port: await backend(() => undefined), weight: 100 }])
    expect(await send(site)).toMatchObject({ status: 504 })
    expect(await countersOf('a', 1)).toEqual({ requests: 1, errors: 1 })
  })

  test('counts an answer that breaks off in the middle as an error', async () => {
    const port = await backend((_, response) => {
      response.writeHead(200, { 'content-length': 10 })
      response.write('half', () => response.destroy())
    })
    const site = await apply(1, [{ id: 'a', port, weight: 100 }])
    await expect(send(site)).rejects.toThrow('aborted')
    expect(await countersOf('a', 1)).toEqual({ requests: 1, errors: 1 })
  })

  test('does not count a client that goes away before the answer', async () => {
    const arrived = Promise.withResolvers<void>()
    const port = await backend((request, response) => {
      if (request.url === '/quick') response.end()
      else arrived.resolve()
    })
    const site = await apply(1, [{ id: 'a', port, weight: 100 }])
    const sent = httpRequest({ host: '127.0.0.1', port: site.port, path: '/slow' })
    sent.on('error', () => undefined)
    sent.end()
    await arrived.promise
    sent.destroy()
    await send(site, { path: '/quick' })
    expect(await countersOf('a', 1)).toEqual({ requests: 1, errors: 0 })
    await expect.poll(() => router.sites()[0]?.backends[0]?.inFlight).toBe(0)
  })

  test('a change of weights breaks neither the request in flight nor the connection', async () => {
    const arrived = Promise.withResolvers<() => void>()
    const port = await backend((request, response) => {
      if (request.url === '/slow') arrived.resolve(() => response.end('a, late'))
      else response.end('a')
    })
    const site = await apply(1, [{ id: 'a', port, weight: 100 }])
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const slow = send(site, { path: '/slow', agent })
    const release = await arrived.promise
    await apply(2, [{ id: 'b', port: await saying('b'), weight: 100 }])
    release()
    expect(await slow).toMatchObject({ status: 200, body: 'a, late' })
    expect(await send(site, { agent })).toMatchObject({ status: 200, body: 'b' })
    agent.destroy()
  })

  test('keeps connections to backends alive', async () => {
    const sockets = new Set<unknown>()
    const port = await backend((request, response) => {
      sockets.add(request.socket)
      response.end()
    })
    const site = await apply(1, [{ id: 'a', port, weight: 100 }])
    for (let index = 0; index < 5; index++) await send(site)
    expect(sockets.size).toBe(1)
  })

  test('carries a WebSocket', async () => {
    const port = await upgradingBackend()
    const site = await apply(1, [{ id: 'a', port, weight: 100 }])
    const client = connect(site.port, '127.0.0.1')
    client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    let text = ''
    client.setEncoding('utf8')
    client.on('data', (chunk: string) => {
      text += chunk
      if (text.endsWith('\r\n\r\n')) client.write('hello')
      if (text.endsWith('echo:hello')) client.end()
    })
    await once(client, 'close')
    expect(text).toMatch(/^HTTP\/1\.1 101 /)
    expect(text.endsWith('echo:hello')).toBe(true)
  })
})

async function upgradingBackend(): Promise<number> {
  const server = createServer()
  server.on('upgrade', (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    socket.on('data', (chunk: Buffer) => socket.write(`echo:${chunk.toString()}`))
    socket.on('end', () => socket.end())
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(async () => {
    server.close()
    await once(server, 'close')
  })
  return (server.address() as AddressInfo).port
}

describe('the control API', () => {
  test('keeps the port that it chose, the table and nothing else over a restart', async () => {
    const port = await saying('a')
    const site = await apply(4, [{ id: 'a', port, weight: 100 }])
    await router.close()
    router = await startRouter(config())
    expect(router.sites()).toMatchObject([{ name: 'shop', port: site.port, generation: 4, backends: [{ id: 'a' }] }])
    expect(await send(site)).toMatchObject({ status: 200, body: 'a' })
  })

  test('refuses an older generation, takes the same again', async () => {
    const backends = [{ id: 'a', port: await saying('a'), weight: 100 }]
    await apply(5, backends)
    await apply(5, backends)
    for (const [generation, weight] of [
      [4, 100],
      [5, 0],
    ]) {
      const late = { name: 'shop', port: 0, generation, backends: [{ ...backends[0], weight }] }
      const answer = await control('PUT', '/sites/shop', late)
      expect(answer).toMatchObject({ status: 409, body: expect.stringContaining('ROUTER_GENERATION_STALE') })
    }
    expect(router.sites()[0]).toMatchObject({ generation: 5, backends: [{ weight: 100 }] })
  })

  const bad: [string, number, unknown][] = [
    [
      'weights that add up to 90',
      422,
      { name: 'shop', port: 0, generation: 1, backends: [{ id: 'a', port: 1, weight: 90 }] },
    ],
    ['an unknown key', 422, { name: 'shop', port: 0, generation: 1, backends: [], extra: 1 }],
    ['another name than the path', 422, { name: 'shop2', port: 0, generation: 1, backends: [] }],
    ['a body that is too large', 413, { name: 'x'.repeat(70_000) }],
  ]
  test.each(bad)('refuses %s', async (_, status, value) => {
    expect(await control('PUT', '/sites/shop', value)).toMatchObject({ status })
    expect(router.sites()).toEqual([])
  })

  test('answers its status, and forgets a site that is deleted', async () => {
    const site = await apply(1, [])
    const status = JSON.parse((await control('GET', '/status')).body) as { pid: number; sites: RouterSiteStatus[] }
    expect(status).toMatchObject({ pid: process.pid, sites: [{ name: 'shop', url: site.url }] })
    expect(await control('DELETE', '/sites/shop')).toMatchObject({ status: 200 })
    await expect(send(site)).rejects.toThrow('ECONNREFUSED')
    expect(JSON.parse(await readFile(config().statePath, 'utf8'))).toEqual({ version: 1, sites: [] })
  })

  test('is reached only by its own user', async () => {
    const modes = await Promise.all(
      [join(folder, 'control'), config().controlPath, join(folder, 'control')].map(
        async (path) => (await stat(path)).mode & 0o777,
      ),
    )
    expect(modes).toEqual([0o700, 0o600, 0o700])
  })

  test('a second router on the same socket is refused, the first serves on', async () => {
    await expect(startRouter(config())).rejects.toMatchObject({ code: 'ROUTER_ALREADY_RUNS' })
    expect(await control('GET', '/status')).toMatchObject({ status: 200 })
  })

  test('a damaged table is named, not overwritten', async () => {
    await apply(1, [])
    await router.close()
    await writeFile(config().statePath, '{')
    await expect(startRouter(config())).rejects.toMatchObject({ code: 'ROUTER_STATE_DAMAGED' })
    expect(await readFile(config().statePath, 'utf8')).toBe('{')
    await rm(config().statePath)
    router = await startRouter(config())
  })
})
