/** The middle of some figures: of an even number the mean of the two in the middle. `null` where there are none. */
export function median(figures: readonly number[]): number | null {
  const sorted = figures.toSorted((a, b) => a - b)
  const high = sorted[Math.floor(sorted.length / 2)]
  const low = sorted[Math.ceil(sorted.length / 2) - 1]
  return high === undefined || low === undefined ? null : (low + high) / 2
}
