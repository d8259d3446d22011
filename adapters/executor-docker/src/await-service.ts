import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '@sluice/kernel'
import type { DockerEngine, EngineFacts } from './docker-engine.ts'
import type { Service } from './service.ts'

export interface ServiceWait {
  engine: DockerEngine
  facts: EngineFacts
  clock: Clock
  limitMs: number
  signal: AbortSignal
}

interface ContainerState {
  State: { Running: boolean; ExitCode: number; Health?: { Status: string } | null }
  NetworkSettings: { Networks: Record<string, { IPAddress: string }> }
}

const lookEveryMs = 100
const connectLimitMs = 1000

/**
 * Waits until a service can be used: its image's HEALTHCHECK says so, else one of its ports takes a connection, as GitLab
 * Runner tries. One that has neither is ready at once.
 * @returns `null` when it is ready, else why it is not
 */
export async function awaitService(service: Service, options: ServiceWait): Promise<string | null> {
  const { engine, facts, clock, limitMs, signal } = options
  const untilMs = clock.now() + limitMs
  for (;;) {
    const { State: state, NetworkSettings: settings } = await inspectService(engine, service, signal)
    if (!state.Running) return `it ended with exit code ${state.ExitCode}`
    const health = state.Health?.Status ?? 'none'
    if (health === 'healthy') return null
    if (health === 'unhealthy') return 'its HEALTHCHECK says that it is not healthy'
    if (health === 'none') {
      if (service.ports.length === 0 || !facts.reachesContainers) return null
      const addresses = Object.values(settings.Networks).map(({ IPAddress: address }) => address)
      if (await takesConnections(addresses, service.ports)) return null
    }
    if (clock.now() >= untilMs) return notInTime(limitMs, health, service.ports)
    await wait(lookEveryMs, undefined, { signal })
  }
}

function notInTime(limitMs: number, health: string, ports: readonly number[]): string {
  const what = health === 'none' ? `none of its ports ${ports.join(', ')} took a connection` : 'it was not healthy'
  return `${what} within ${limitMs / 1000} seconds`
}

export async function inspectService(
  engine: DockerEngine,
  { id, name }: Service,
  signal?: AbortSignal,
): Promise<ContainerState> {
  return engine.call({ action: `look at service "${name}"`, method: 'GET', path: `/containers/${id}/json`, signal })
}

async function takesConnections(addresses: readonly string[], ports: readonly number[]): Promise<boolean> {
  const pairs = addresses.flatMap((host) => (host === '' ? [] : ports.map((port) => ({ host, port }))))
  return (await Promise.all(pairs.map(takesConnection))).includes(true)
}

async function takesConnection(at: { host: string; port: number }): Promise<boolean> {
  const answer = Promise.withResolvers<boolean>()
  const socket = connect({ ...at, timeout: connectLimitMs })
  socket.on('connect', () => answer.resolve(true))
  for (const event of ['error', 'timeout', 'close'] as const) socket.on(event, () => answer.resolve(false))
  const isTaken = await answer.promise
  socket.destroy()
  return isTaken
}
