import type { SourcePosition } from '@sluice/contracts/plan'
import { limits } from '../limits.ts'
import { locatedList, locatedMap, locatedScalar, type Located, type LocatedEntry } from '../yaml/located.ts'

/** A JSON text as a located value, all of it at one place; `null` when it is no JSON, or nests too deep. */
export function jsonValue(text: string, place: SourcePosition): Located | null {
  try {
    return locatedJson(JSON.parse(text) as unknown, place)
  } catch {
    return null
  }
}

/** A JSON value as a located one. @throws RangeError when it nests too deep */
export function locatedJson(value: unknown, place: SourcePosition, depth = 0): Located {
  if (depth > limits.yamlDepth) throw new RangeError(`nested more than ${limits.yamlDepth} levels`)
  if (Array.isArray(value)) {
    return locatedList(
      value.map((item) => locatedJson(item, place, depth + 1)),
      place,
    )
  }
  if (typeof value === 'object' && value !== null) {
    const entries = new Map<string, LocatedEntry>()
    for (const [key, item] of Object.entries(value)) {
      entries.set(key, { keyPlace: place, value: locatedJson(item, place, depth + 1) })
    }
    return locatedMap(entries, place)
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return locatedScalar(value, place)
  return locatedScalar(null, place)
}
