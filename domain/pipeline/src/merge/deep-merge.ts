import { locatedMap, type Located, type LocatedEntry, type LocatedMap } from '../yaml/located.ts'

/** Maps merge key by key, anything else of `over` replaces what is below. The result stands where `over` stands. */
export function deepMerge(below: LocatedMap, over: LocatedMap): LocatedMap {
  const entries = new Map<string, LocatedEntry>(below.entries)
  for (const [key, entry] of over.entries) {
    const existing = entries.get(key)
    entries.set(
      key,
      existing === undefined ? entry : { keyPlace: entry.keyPlace, value: mergeValue(existing.value, entry.value) },
    )
  }
  return locatedMap(entries, over.place)
}

function mergeValue(below: Located, over: Located): Located {
  return below.kind === 'map' && over.kind === 'map' ? deepMerge(below, over) : over
}

/** The map without one key. */
export function withoutKey(map: LocatedMap, key: string): LocatedMap {
  if (!map.entries.has(key)) return map
  return locatedMap(new Map([...map.entries].filter(([name]) => name !== key)), map.place)
}
