import type { LogListener } from '@sluice/store-postgres'

/** Wakes requests that wait for a job when something happened to a run; the store is looked at anyway from time to time. */
export function offersFrom(listener: LogListener): { nextOffer: () => Promise<void>; close: () => void } {
  let waiting: (() => void)[] = []
  const wake = (): void => {
    const woken = waiting
    waiting = []
    for (const resolve of woken) resolve()
  }
  const unsubscribe = listener.onAnnouncement(({ kind }) => {
    if (kind !== 'job.log' && kind !== 'rollout.observed') wake()
  })
  return {
    nextOffer: () => new Promise((resolve) => waiting.push(resolve)),
    close: () => {
      unsubscribe()
      wake()
    },
  }
}
