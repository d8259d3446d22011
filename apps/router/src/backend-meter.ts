import type { BackendCounters } from '@sluice/contracts/router'
import { bucketOf, latencyBoundsMs } from './latency-buckets.ts'

/** Counts what one backend did. Figures only rise. */
export class BackendMeter {
  readonly id: string
  #requests = 0
  #errors = 0
  #inFlight = 0
  readonly #latencyCounts = latencyBoundsMs.map(() => 0)

  constructor(id: string) {
    this.id = id
  }

  get inFlight(): number {
    return this.#inFlight
  }

  begin(): void {
    this.#inFlight += 1
  }

  /** `failed`: status 500 and above, or no answer. */
  end(latencyMs: number, failed: boolean): void {
    this.#inFlight -= 1
    this.#requests += 1
    if (failed) this.#errors += 1
    const bucket = bucketOf(latencyMs)
    this.#latencyCounts[bucket] = (this.#latencyCounts[bucket] ?? 0) + 1
  }

  /** The client went away before there was an answer: that says nothing about the backend. */
  forget(): void {
    this.#inFlight -= 1
  }

  counters(): BackendCounters {
    return {
      id: this.id,
      requests: this.#requests,
      errors: this.#errors,
      latencyBoundsMs: [...latencyBoundsMs],
      latencyCounts: [...this.#latencyCounts],
    }
  }
}
