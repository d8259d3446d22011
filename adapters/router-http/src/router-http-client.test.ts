import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { trafficRouterCases, type TrafficRouterSubject } from '@sluice/rollout/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { RouterHttpClient } from './router-http-client.ts'

const routerMain = fileURLToPath(new URL('../../../apps/router/src/main.ts', import.meta.url))

interface Child {
  process: ChildProcess
  ready: { pid: number; control: string; sites: { name: string; url: string }[] }
}

async function spawnRouter(folder: string): Promise<Child> {
  const args = ['--control', join(folder, 'c', 'router.sock'), '--state', join(folder, 'table.json')]
  const child = spawn(process.execPath, [routerMain, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { process: child, ready: JSON.parse(line) as Child['ready'] }
}

async function endRouter({ process: child }: Child, signal: NodeJS.Signals): Promise<number | null> {
  const exited = once(child, 'exit')
  child.kill(signal)
  const [code] = (await exited) as [number | null]
  return code
}

async function backend(id: string): Promise<Server> {
  const server = createServer((_, response) => response.end(id))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

function closeServer(server: Server): void {
  server.close()
  server.closeAllConnections()
}

async function open(): Promise<TrafficRouterSubject & { folder: string; child: Child }> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-router-http-'))
  const child = await spawnRouter(folder)
  const servers = [await backend('a'), await backend('b')] as const
  const router = new RouterHttpClient({ controlPath: child.ready.control })
  return {
    folder,
    child,
    router,
    ports: [portOf(servers[0]), portOf(servers[1])],
    send: (siteName) => sendCounted(router, siteName),
    async close() {
      if (child.process.exitCode === null && child.process.signalCode === null) await endRouter(child, 'SIGTERM')
      servers.forEach(closeServer)
      await rm(folder, { recursive: true })
    },
  }
}

async function sendCounted(router: RouterHttpClient, siteName: string): Promise<string | null> {
  const total = async (): Promise<number> =>
    (await router.read(siteName)).reduce((sum, { requests }) => sum + requests, 0)
  const before = await total()
  const url = (await router.status()).find(({ name }) => name === siteName)?.url ?? ''
  const response = await fetch(url)
  const text = await response.text()
  if (response.status === 503) return null
  await expect.poll(total).toBe(before + 1)
  return text
}

trafficRouterCases('RouterHttpClient with a router process', open)

describe('a router process', () => {
  test('that is killed serves its last table on the same port when it is back', async () => {
    const subject = await open()
    onTestFinished(() => subject.close())
    const [port] = subject.ports
    const site = { name: 'shop', port: 0, generation: 3, backends: [{ id: 'a', port, weight: 100 }] }
    const { url } = await subject.router.apply(site)
    await endRouter(subject.child, 'SIGKILL')
    const second = await spawnRouter(subject.folder)
    onTestFinished(async () => void (await endRouter(second, 'SIGTERM')))
    expect(second.ready.sites).toEqual([{ name: 'shop', url }])
    expect(await (await fetch(url)).text()).toBe('a')
  })

  test('on SIGTERM ends the requests in flight, then itself, with exit code 0', async () => {
    const subject = await open()
    onTestFinished(() => subject.close())
    const arrived = Promise.withResolvers<() => void>()
    const slow = createServer((_, response) => arrived.resolve(() => response.end('late')))
    slow.listen(0, '127.0.0.1')
    await once(slow, 'listening')
    onTestFinished(() => closeServer(slow))
    const backends = [{ id: 's', port: portOf(slow), weight: 100 }]
    const { url } = await subject.router.apply({ name: 'slow', port: 0, generation: 1, backends })
    const answer = fetch(url)
    const release = await arrived.promise
    const ended = endRouter(subject.child, 'SIGTERM')
    release()
    expect(await (await answer).text()).toBe('late')
    expect(await ended).toBe(0)
  })

  test('a router that is not there is a clear fault', async () => {
    const router = new RouterHttpClient({ controlPath: '/nowhere/router.sock' })
    await expect(router.status()).rejects.toMatchObject({
      code: 'ROUTER_HTTP_UNREACHABLE',
      message: expect.stringContaining('/nowhere/router.sock'),
    })
  })

  test('a port that is taken is a fault of its own', async () => {
    const subject = await open()
    onTestFinished(() => subject.close())
    const site = { name: 'taken', port: subject.ports[0], generation: 1, backends: [] }
    await expect(subject.router.apply(site)).rejects.toMatchObject({
      code: 'ROLLOUT_PORT_UNAVAILABLE',
      message: expect.stringContaining(`port ${subject.ports[0]} of 127.0.0.1`),
    })
  })

  test('a table that the router refuses is a fault with its words', async () => {
    const subject = await open()
    onTestFinished(() => subject.close())
    const backends = [{ id: 'a', port: 1, weight: 50 }]
    await expect(subject.router.apply({ name: 'half', port: 0, generation: 1, backends })).rejects.toMatchObject({
      code: 'ROUTER_HTTP_REFUSED',
      status: 422,
      message: expect.stringContaining('its weights add up to 50'),
    })
  })
})
