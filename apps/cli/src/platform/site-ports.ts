import { join } from 'node:path'
import { z } from 'zod'
import { readConfig, type Settings } from './settings.ts'

const table = z.object({ sites: z.array(z.object({ port: z.int() })) })

/** Environments of the card; the first of them gets the port after the console's. */
const environments = 2

export interface SitePorts {
  ports: number[]
  /** They were chosen at the first start of the environments, and stay whatever --port says. */
  areFixed: boolean
}

/**
 * Ports at which the environments' fixed URLs will be: those that the router kept, else those that a first delivery
 * takes. None where the system chooses them.
 */
export async function sitePortsOf(settings: Settings, consolePort: number): Promise<SitePorts> {
  const kept = table.safeParse(await readConfig(join(settings.data, 'router-table.json')).catch(() => null))
  if (kept.success && kept.data.sites.length > 0)
    return { ports: kept.data.sites.map(({ port }) => port).filter((port) => port !== 0), areFixed: true }
  if (consolePort === 0) return { ports: [], areFixed: false }
  return { ports: Array.from({ length: environments }, (_, index) => consolePort + 1 + index), areFixed: false }
}
