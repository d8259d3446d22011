/** Upper bounds in milliseconds: ten to a decade, from 0.1 ms to 100 s, so that a quantile is off by at most 26 %. */
const boundsMs: (number | null)[] = [
  ...Array.from({ length: 61 }, (_, index) => Number((0.1 * 10 ** (index / 10)).toPrecision(3))),
  null,
]

export const latencyBoundsMs: readonly (number | null)[] = boundsMs

/** Index of the bucket that holds a latency; the last one is open. */
export function bucketOf(latencyMs: number): number {
  let low = 0
  let high = boundsMs.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (latencyMs <= (boundsMs[middle] ?? Infinity)) high = middle
    else low = middle + 1
  }
  return low
}
