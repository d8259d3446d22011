import type { Chance } from './chance.ts'
import type { Clock } from './clock.ts'

/** The only way to make an id. Ids are unique, and those of `timeOrderedIds` sort by time. */
export interface Ids {
  next(): string
}

/** `prefix-1`, `prefix-2` …: for tests. */
export function sequentialIds(prefix = 'id'): Ids {
  let last = 0
  return { next: () => `${prefix}-${++last}` }
}

const hex = (value: number, digits: number): string => Math.floor(value).toString(16).padStart(digits, '0')

/** UUID version 7 (RFC 9562, 5.7): 48 bits of milliseconds, the rest chance. */
export function timeOrderedIds(clock: Clock, chance: Chance): Ids {
  const bits = (count: number): number => Math.floor(chance.next() * 2 ** count)
  return {
    next() {
      const time = hex(clock.now(), 12)
      const variant = hex(0x8000 + bits(14), 4)
      return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(bits(12), 3)}-${variant}-${hex(bits(24), 6)}${hex(bits(24), 6)}`
    },
  }
}
