import type { LocatedEntry } from '../yaml/located.ts'
import type { Reading } from './reading.ts'
import type { ReadValue } from './values.ts'

/** Reads one field of a map; gives `absent` where the map does not have it. */
export type ReadField = <T, A>(key: string, absent: A, read: ReadValue<T>) => T | A

/** Makes what reads the fields of a map one by one. `under` is the keyword above. */
export function fieldReader(fields: ReadonlyMap<string, LocatedEntry>, under: string, reading: Reading): ReadField {
  return (key, absent, read) => {
    const entry = fields.get(key)
    return entry === undefined ? absent : read(entry.value, under === '' ? key : `${under}:${key}`, reading)
  }
}
