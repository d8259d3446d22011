/** The only source of chance. `next()` yields a number in [0, 1). */
export interface Chance {
  next(): number
}

/** Repeatable chance from a seed (mulberry32), for tests and simulation; not for secrets. */
export function seededChance(seed: number): Chance {
  let state = seed >>> 0
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0
      let t = state
      t = Math.imul(t ^ (t >>> 15), t | 1)
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
      return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
    },
  }
}
