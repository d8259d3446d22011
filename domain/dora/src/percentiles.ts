import type { Percentiles } from './figure.ts'

/**
 * Percentiles by nearest rank: the value at place ⌈p·n⌉ of the sorted values (Hyndman and Fan 1996, definition 1).
 * Every result is a value that was observed, also with few values; nothing is interpolated.
 * @returns `null` for no values.
 */
export function percentilesOf(values: number[]): Percentiles | null {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0
  return sorted.length === 0 ? null : { p50: at(0.5), p75: at(0.75), p90: at(0.9) }
}
