import type { Outcome } from './calls.ts'

/** Only so many latencies are kept, the newest. */
const keptLatencies = 100_000

export interface Summary {
  requests: number
  /** Answers of 500 and above, and requests without an answer. */
  failures: number
  /** Answers of 400 to 499. */
  refused: number
  /** Requests that were due while enough others were in flight. */
  heldBack: number
  /** Milliseconds. */
  latencyP50Ms: number
  latencyP95Ms: number
}

export interface Tally {
  add: (outcome: Outcome) => void
  holdBack: () => void
  summary: () => Summary
}

/** Counts what came back. */
export function createTally(): Tally {
  const counts = { requests: 0, failures: 0, refused: 0, heldBack: 0 }
  const latencies: number[] = []
  const add = ({ status, durationMs }: Outcome): void => {
    counts.requests += 1
    if (status === 0 || status >= 500) counts.failures += 1
    else if (status >= 400) counts.refused += 1
    latencies.push(durationMs)
    if (latencies.length > keptLatencies) latencies.shift()
  }
  const summary = (): Summary => {
    const sorted = latencies.toSorted((left, right) => left - right)
    return { ...counts, latencyP50Ms: quantile(sorted, 0.5), latencyP95Ms: quantile(sorted, 0.95) }
  }
  return { add, holdBack: () => (counts.heldBack += 1), summary }
}

function quantile(sorted: number[], share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return Math.round(value * 10) / 10
}
