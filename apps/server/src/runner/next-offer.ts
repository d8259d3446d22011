import type { LogListener } from '@sluice/store-postgres'

/** Wakes requests that wait for a job when something happened to a run; the store is looked at anyway from time to time. */
export class Offers {
  readonly #waiting = new Set<() => void>()
  readonly #unsubscribe: () => void

  constructor(listener: Pick<LogListener, 'onAnnouncement'>) {
    this.#unsubscribe = listener.onAnnouncement(({ kind }) => {
      if (kind !== 'job.log' && kind !== 'rollout.observed') this.#wake()
    })
  }

  /** How many are waiting. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Resolves when something may have been offered since the call, and after `patienceMs` at the latest. */
  next(patienceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, patienceMs)
      this.#waiting.add(wake)
    })
  }

  close(): void {
    this.#unsubscribe()
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
  }
}
