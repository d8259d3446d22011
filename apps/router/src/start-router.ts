import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RouterSiteStatus } from '@sluice/contracts/router'
import { routerConfig, type RouterConfig } from './config.ts'
import { answerControl } from './control-api.ts'
import { listenOnSocket } from './control-socket.ts'
import { Sites } from './sites.ts'
import { TableFile } from './table-file.ts'

const controlTimeoutMs = 10_000

/** A router that serves. */
export interface RunningRouter {
  controlPath: string
  sites(): RouterSiteStatus[]
  /** Takes no new requests, lets those in flight end, then frees everything. The table stays on disk. */
  close(): Promise<void>
}

/**
 * Loads the last table, serves its sites, then listens on the control socket.
 * @throws SluiceError `ROUTER_STATE_DAMAGED`, `ROUTER_PORT_UNAVAILABLE`, `ROUTER_ALREADY_RUNS`
 */
export async function startRouter(config: RouterConfig): Promise<RunningRouter> {
  const { controlPath, statePath, responseTimeoutMs, drainMs } = routerConfig.parse(config)
  const sites = new Sites({ file: new TableFile(statePath), responseTimeoutMs, drainMs })
  const api = { sites, startedAt: new Date().toISOString() }
  const loaded = Promise.withResolvers<void>()
  const control = createServer({ requestTimeout: controlTimeoutMs }, (request, response) => {
    void loaded.promise.then(() => answerControl(api, request, response))
  })
  // The socket first: it tells whether another router holds these ports.
  await listenOnSocket(control, controlPath)
  try {
    await sites.load()
    loaded.resolve()
  } catch (error) {
    control.close()
    control.closeAllConnections()
    await sites.close()
    throw error
  }
  return { controlPath, sites: () => sites.status(), close: () => closeAll() }

  async function closeAll(): Promise<void> {
    const closed = once(control, 'close')
    control.close()
    control.closeIdleConnections()
    await sites.close()
    control.closeAllConnections()
    await closed
  }
}
