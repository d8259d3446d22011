import type { LocatedEntry } from '../yaml/located.ts'
import type { Reading } from './reading.ts'
import type { ReadValue } from './values.ts'

/** For each field of the result: the keyword that says it, and how it is read. */
export type GivenReaders<T extends object> = {
  readonly [K in keyof T]-?: readonly [keyword: string, read: ReadValue<Exclude<T[K], undefined>>]
}

/** Reads what a map says. What it does not say stays out of the result. `under` is the keyword above. */
export function readGiven<T extends object>(
  fields: ReadonlyMap<string, LocatedEntry>,
  under: string,
  readers: GivenReaders<T>,
  reading: Reading,
): Partial<T> {
  const found: Partial<T> = {}
  for (const name of Object.keys(readers) as (keyof T)[]) {
    const [keyword, read] = readers[name]
    const entry = fields.get(keyword)
    if (entry === undefined) continue
    found[name] = read(entry.value, under === '' ? keyword : `${under}:${keyword}`, reading)
  }
  return found
}
