import type { RouterSite } from '@sluice/contracts/router'
import type { TrafficRouter } from '@sluice/rollout'
import { setGeneration, type EnvironmentRow, type Unit } from '@sluice/store-postgres'

/** Gives the environment's site this table, as the newest one. The caller holds the environment's lock. */
export async function giveTable(
  router: TrafficRouter,
  unit: Unit,
  { project, name, site, port, generation: kept }: EnvironmentRow,
  backends: RouterSite['backends'],
): Promise<void> {
  const known = (await router.status()).find((one) => one.name === site)
  const generation = Math.max(kept, known?.generation ?? 0) + 1
  await router.apply({ name: site, port, generation, backends })
  await setGeneration(unit, project, name, generation)
}
