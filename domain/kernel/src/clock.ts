/** The only way to know the time. Milliseconds since 1970-01-01T00:00:00Z. */
export interface Clock {
  now(): number
}

/** A clock for tests that stands still until it is moved. */
export function fixedClock(startMs: number): Clock & { advance(byMs: number): void } {
  let nowMs = startMs
  return {
    now: () => nowMs,
    advance(byMs) {
      nowMs += byMs
    },
  }
}
