import type { RunningStep, StepEnd } from '@sluice/execution'

/** Starts something when something else is done, and can be stopped before that. */
export function startAfter(ready: Promise<void>, start: () => RunningStep): RunningStep {
  let stopGraceMs: number | null = null
  let running: RunningStep | null = null
  const run = async (): Promise<StepEnd> => {
    try {
      await ready
    } catch (cause) {
      return { outcome: 'system-failure', message: (cause as Error).message }
    }
    if (stopGraceMs !== null) return { outcome: 'stopped' }
    running = start()
    return running.ended
  }
  return {
    ended: run(),
    stop(graceMs) {
      stopGraceMs ??= graceMs
      running?.stop(graceMs)
    },
  }
}
