/** How long to wait before a part that died is started again, and for how long it has been so. */
export interface BackOff {
  /** Told of a death, or of a start that failed, at `nowMs`; answers with the wait in milliseconds. */
  died(nowMs: number): number
  /** Told that it was started. */
  started(nowMs: number): void
  /** Milliseconds at `nowMs` since the first of the deaths after which it was never up for long. */
  failingMs(nowMs: number): number
}

const firstMs = 250
const longestMs = 30_000
const forgetAfterMs = 60_000
/** One that was up for so long had started well: what ends it then is a new story. */
const steadyAfterMs = 10_000

/** 0.25 s, then twice as long each time up to 30 s; forgotten after a minute without a death. */
export function createBackOff(): BackOff {
  let waitMs = 0
  let lastDeath = Number.NEGATIVE_INFINITY
  let startedAt: number | null = null
  let failingSince: number | null = null
  return {
    died(nowMs) {
      waitMs = nowMs - lastDeath > forgetAfterMs ? firstMs : Math.min(waitMs * 2, longestMs)
      lastDeath = nowMs
      if (startedAt !== null && nowMs - startedAt >= steadyAfterMs) failingSince = null
      failingSince ??= nowMs
      startedAt = null
      return waitMs
    },
    started(nowMs) {
      startedAt = nowMs
    },
    failingMs: (nowMs) => (failingSince === null ? 0 : nowMs - failingSince),
  }
}
