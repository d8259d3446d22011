import { setTimeout as delay } from 'node:timers/promises'

/** The runner's waits, in milliseconds. Tests make them short. */
export interface Waits {
  /** Between two parts of a log. */
  traceMs: number
  /** A job that says nothing asks this often whether it was cancelled. */
  touchMs: number
  /** First wait after a failed call; doubles up to `retryMaxMs`. */
  retryMs: number
  retryMaxMs: number
  /** How long the end of a job is tried to be handed in. */
  giveUpMs: number
  /** Between two requests for a job where the server does not hold the first. */
  pollMs: number
  /** Between SIGTERM and SIGKILL of a job that is stopped. */
  graceMs: number
}

export const standardWaits: Waits = {
  traceMs: 250,
  touchMs: 3000,
  retryMs: 250,
  retryMaxMs: 5000,
  giveUpMs: 600_000,
  pollMs: 500,
  graceMs: 10_000,
}

/** Waits, or less when the signal comes; never throws. */
export async function wait(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
}

/** The waits between tries: doubling, bounded. */
export function backOff({ retryMs, retryMaxMs }: Waits): { next(): number; reset(): void } {
  let nextMs = retryMs
  return {
    next() {
      const nowMs = nextMs
      nextMs = Math.min(nextMs * 2, retryMaxMs)
      return nowMs
    },
    reset() {
      nextMs = retryMs
    },
  }
}
