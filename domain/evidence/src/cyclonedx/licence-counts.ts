import type { ComponentsFact } from '@sluice/contracts/evidence'

/** Licence → number of components, in the order of the names; `unknown` for none. */
export function licenceCounts(components: ComponentsFact['components']): ComponentsFact['licences'] {
  const counts = new Map<string, number>()
  for (const { licence } of components) {
    const name = licence ?? 'unknown'
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
