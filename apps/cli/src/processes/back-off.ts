/** How long to wait before a part that died is started again. */
export interface BackOff {
  /** Told of a death at `nowMs`; answers with the wait in milliseconds. */
  died(nowMs: number): number
}

const firstMs = 250
const longestMs = 30_000
const forgetAfterMs = 60_000

/** 0.25 s, then twice as long each time up to 30 s; forgotten after a minute without a death. */
export function createBackOff(): BackOff {
  let waitMs = 0
  let lastDeath = Number.NEGATIVE_INFINITY
  return {
    died(nowMs) {
      waitMs = nowMs - lastDeath > forgetAfterMs ? firstMs : Math.min(waitMs * 2, longestMs)
      lastDeath = nowMs
      return waitMs
    },
  }
}
