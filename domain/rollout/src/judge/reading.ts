import type { BackendCounters } from '@sluice/contracts/router'

/** Requests to one version during one analysis: the difference of two readings of its counters. */
export interface Reading {
  requests: number
  /** Answers of status 500 and above, and requests that were not answered. */
  errors: number
  /** Upper bounds in milliseconds, rising; the last one is `null` for "more". */
  latencyBoundsMs: (number | null)[]
  /** Requests in each bound's bucket, not cumulated. */
  latencyCounts: number[]
}

/** No request at all. */
export const emptyReading: Reading = { requests: 0, errors: 0, latencyBoundsMs: [null], latencyCounts: [0] }

/** The counters as they stand, as a reading since they began. */
export function readingOf(counters: BackendCounters): Reading {
  const { requests, errors, latencyBoundsMs, latencyCounts } = counters
  return { requests, errors, latencyBoundsMs: [...latencyBoundsMs], latencyCounts: [...latencyCounts] }
}

function sameBounds(a: Reading, b: Reading): boolean {
  return (
    a.latencyBoundsMs.length === b.latencyBoundsMs.length &&
    a.latencyBoundsMs.every((bound, index) => bound === b.latencyBoundsMs[index])
  )
}

/**
 * What happened between two readings.
 * @returns `null` where the later one cannot follow the earlier one: a count fell, so the counters began anew.
 */
export function difference(later: Reading, earlier: Reading): Reading | null {
  if (earlier.requests === 0 && earlier.errors === 0) return later
  if (!sameBounds(later, earlier)) return null
  const latencyCounts = later.latencyCounts.map((count, index) => count - (earlier.latencyCounts[index] ?? 0))
  const requests = later.requests - earlier.requests
  const errors = later.errors - earlier.errors
  if (requests < 0 || errors < 0 || latencyCounts.some((count) => count < 0)) return null
  return { requests, errors, latencyBoundsMs: later.latencyBoundsMs, latencyCounts }
}
