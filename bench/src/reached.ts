import type { Reach, RowResult } from './row.ts'

/** Whether a figure is reached; `null` where it was not measured. */
export function reached(reach: Reach, { figures }: RowResult): boolean | null {
  const { ours } = figures
  if (ours === undefined) return null
  if (reach.kind === 'seconds') return ours.wallS <= reach.atMost
  if (reach.kind === 'peak') return ours.peakMb === null ? null : ours.peakMb <= reach.atMostMb
  const other = figures[reach.of]
  return other === undefined ? null : ours.wallS <= reach.atMost * other.wallS
}
