import { once as nextEvent } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { createAdaptorServer } from '@hono/node-server'

import { openPool } from './database/pool.ts'
import { createApp } from './http/app.ts'
import type { Log } from './log.ts'
import type { Settings } from './settings.ts'

/** How long requests in flight may take to end after the service is asked to stop. */
const drainMs = 10_000

export interface RunningService {
  /** The port it listens on. */
  port: number
  /** Takes no new connection, lets requests in flight end, then closes the database. */
  stop: () => Promise<void>
}

/** Starts the service. A database that is away does not stop it: `/health` says so until it is back. */
export async function startService(settings: Settings, log: Log): Promise<RunningService> {
  let stopping = false
  const pool = openPool(settings.databaseUrl, settings.databaseConnectionsMax, (error) =>
    log('database-connection-lost', { fault: error.message }),
  )
  const { releaseDigest } = settings
  const app = createApp({ pool, log, releaseDigest, isStopping: () => stopping })
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  limitTimes(server)
  await listen(server, settings)
  const port = (server.address() as AddressInfo).port
  log('listening', { host: settings.host, port })
  const stop = async (): Promise<void> => {
    stopping = true
    await drain(server)
    await pool.end()
    log('stopped')
  }
  return { port, stop }
}

function limitTimes(server: Server): void {
  server.requestTimeout = 15_000
  server.headersTimeout = 10_000
  // Longer than a proxy in front keeps idle connections, so that it is the proxy which closes them.
  server.keepAliveTimeout = 75_000
}

async function listen(server: Server, { host, port }: Settings): Promise<void> {
  server.listen(port, host)
  await nextEvent(server, 'listening')
}

async function drain(server: Server): Promise<void> {
  const closed = nextEvent(server, 'close')
  server.close()
  const deadline = setTimeout(() => server.closeAllConnections(), drainMs)
  await closed
  clearTimeout(deadline)
}
