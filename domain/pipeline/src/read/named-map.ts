import type { Located, LocatedEntry } from '../yaml/located.ts'
import { readFields, type Keywords } from './fields.ts'
import type { Reading } from './reading.ts'
import { readMap, wrongType } from './values.ts'

/** The fields of a map that has to have a name. */
export interface NamedMap {
  name: Located
  fields: ReadonlyMap<string, LocatedEntry>
}

/** The longer form of what may be a name alone. @param of what is named, `an image` @returns `null` with a mistake */
export function readNamedMap(
  node: Located,
  keyword: string,
  of: string,
  keywords: Keywords,
  reading: Reading,
): NamedMap | null {
  const map = readMap(node, keyword, `the name of ${of}, or a map with name`, reading)
  if (map === null) return null
  const fields = readFields(map, keywords, keyword, reading)
  const name = fields.get('name')
  if (name !== undefined) return { name: name.value, fields }
  wrongType(node, keyword, 'a map with name', reading)
  return null
}
