import { hint } from '../nearest-name.ts'
import { quote, type LocatedEntry, type LocatedMap } from '../yaml/located.ts'
import type { Reading } from './reading.ts'

/** The keywords that a map may hold. */
export interface Keywords {
  readonly known: readonly string[]
  /** Keywords of GitLab that cannot be planned yet. */
  readonly unsupported?: readonly string[]
}

/** The known fields of a map, those without value left out; all others become mistakes. `under` is the keyword above. */
export function readFields(
  map: LocatedMap,
  keywords: Keywords,
  under: string,
  reading: Reading,
): ReadonlyMap<string, LocatedEntry> {
  const fields = new Map<string, LocatedEntry>()
  for (const [key, entry] of map.entries) {
    if (keywords.known.includes(key)) fields.set(key, entry)
    else checkOther(key, entry, keywords, under, reading)
  }
  for (const [key, { value }] of fields) if (value.kind === 'scalar' && value.value === null) fields.delete(key)
  return fields
}

function checkOther(key: string, entry: LocatedEntry, keywords: Keywords, under: string, reading: Reading): void {
  const name = under === '' ? key : `${under}:${key}`
  const { mistakes, subject } = reading
  if (keywords.unsupported?.includes(key)) {
    const message = `Cannot plan ${subject}: keyword "${name}" is not supported yet`
    mistakes.add('PIPELINE_UNSUPPORTED', entry.keyPlace, message)
  } else {
    const message = `Cannot plan ${subject}: keyword ${quote(name)} is unknown${hint(key, keywords.known)}`
    mistakes.add('PIPELINE_UNKNOWN_KEYWORD', entry.keyPlace, message)
  }
}
