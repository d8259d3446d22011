import type { ComponentsFact } from '@sluice/contracts/evidence'
import { canonicalJson } from '@sluice/kernel'
import { mergedTool } from '../merged-tool.ts'
import type { ReportReading } from '../report.ts'
import { licenceCounts } from './licence-counts.ts'

type Component = ComponentsFact['components'][number]

/**
 * The components of all bills. What two bills name alike, licence included, is one component that both have in them;
 * what one bill names twice stays two. The version is the oldest of them, as no more may be expected of the whole.
 */
export function mergeCyclonedx(readings: readonly ReportReading<ComponentsFact>[]): ReportReading {
  const [only] = readings
  if (only !== undefined && readings.length === 1) return only
  const most = new Map<string, { component: Component; times: number }>()
  for (const { fact } of readings) {
    for (const [name, found] of countedIn(fact)) {
      const before = most.get(name)
      if (before === undefined || before.times < found.times) most.set(name, found)
    }
  }
  const components = [...most.values()].flatMap(({ component, times }) => Array<Component>(times).fill(component))
  const [specVersion = ''] = readings.map(({ fact }) => fact.specVersion).toSorted()
  return {
    fact: {
      kind: 'components',
      specVersion,
      total: components.length,
      licences: licenceCounts(components),
      components,
    },
    tool: mergedTool(readings.map(({ tool }) => tool)),
  }
}

function countedIn({ components }: ComponentsFact): Map<string, { component: Component; times: number }> {
  const counted = new Map<string, { component: Component; times: number }>()
  for (const component of components) {
    const name = canonicalJson(component)
    counted.set(name, { component, times: (counted.get(name)?.times ?? 0) + 1 })
  }
  return counted
}
