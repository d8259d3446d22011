/** A sentence for people in both languages. */
export interface Sentence {
  en: string
  zh: string
}

/** Percentiles of durations, in milliseconds. */
export interface Percentiles {
  p50: number
  p75: number
  p90: number
}

/** One figure with everything it stands on. */
export interface Figure {
  /** `null` where there is nothing to say; `reason` then says why. For durations the median, in milliseconds. */
  value: number | null
  unit: 'ms' | 'per-day' | 'ratio'
  /** How many events the value was taken over; for ratios the denominator. */
  n: number
  /** Share of those events that carried the fields needed, 0…1; `null` without events. */
  coverage: number | null
  /** `null` exactly where `value` is not. */
  reason: Sentence | null
  percentiles: Percentiles | null
  /** `seq` of the log entries behind the value, ascending. */
  entries: number[]
  /** How the figure is defined here, with the counts of this case. */
  note: Sentence
}

/** What a figure with a value is made from. */
interface Measured {
  value: number
  unit: Figure['unit']
  n: number
  coverage?: number
  percentiles?: Percentiles
  entries: number[]
  note: Sentence
}

const ascending = (seqs: number[]): number[] => [...new Set(seqs)].toSorted((a, b) => a - b)

/** A figure that has a value. */
export function measured(input: Measured): Figure {
  const { value, unit, n, note } = input
  const { coverage = 1, percentiles = null } = input
  return { value, unit, n, coverage, reason: null, percentiles, entries: ascending(input.entries), note }
}

/** A figure that has none, with the reason. */
export function absent(unit: Figure['unit'], reason: Sentence, note: Sentence): Figure {
  return { value: null, unit, n: 0, coverage: null, reason, percentiles: null, entries: [], note }
}
