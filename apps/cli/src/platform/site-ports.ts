import { join } from 'node:path'
import { z } from 'zod'
import { readConfig, type Settings } from './settings.ts'

const table = z.object({ sites: z.array(z.object({ port: z.int() })) })

/** Environments of the card; the first of them gets the port after the console's. */
const environments = 2

/**
 * Ports at which the environments' fixed URLs will be: those that the router kept, else those that a first delivery
 * takes. None where the system chooses them.
 */
export async function sitePortsOf(settings: Settings, consolePort: number): Promise<number[]> {
  const kept = table.safeParse(await readConfig(join(settings.data, 'router-table.json')).catch(() => null))
  if (kept.success && kept.data.sites.length > 0)
    return kept.data.sites.map(({ port }) => port).filter((port) => port !== 0)
  if (consolePort === 0) return []
  return Array.from({ length: environments }, (_, index) => consolePort + 1 + index)
}
