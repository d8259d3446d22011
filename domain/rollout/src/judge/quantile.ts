import type { Reading } from './reading.ts'

/**
 * A quantile of latency from bucket counts, in milliseconds: the requests of a bucket are taken as spread evenly
 * over it (linear interpolation), the first bucket begins at 0. In the last bucket, which has no upper bound, it is
 * that bucket's lower bound: a figure that is too low, never invented.
 * @param q 0…1
 * @returns `null` without requests.
 */
export function latencyQuantileMs(reading: Reading, q: number): number | null {
  const total = reading.latencyCounts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  const rank = q * total
  let before = 0
  let lowerMs = 0
  for (const [index, count] of reading.latencyCounts.entries()) {
    const upperMs = reading.latencyBoundsMs[index] ?? null
    if (count > 0 && before + count >= rank) {
      return upperMs === null ? lowerMs : lowerMs + ((upperMs - lowerMs) * Math.max(0, rank - before)) / count
    }
    before += count
    lowerMs = upperMs ?? lowerMs
  }
  return lowerMs
}

/** How many requests took longer than a limit, each bucket's taken as spread evenly over it, as above. */
export function requestsAbove(reading: Reading, limitMs: number): number {
  let above = 0
  let lowerMs = 0
  for (const [index, count] of reading.latencyCounts.entries()) {
    const upperMs = reading.latencyBoundsMs[index] ?? null
    if (lowerMs >= limitMs) above += count
    else if (upperMs !== null && upperMs > limitMs) above += (count * (upperMs - limitMs)) / (upperMs - lowerMs)
    lowerMs = upperMs ?? lowerMs
  }
  return above
}
