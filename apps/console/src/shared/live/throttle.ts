/** Timers as the throttle needs them, so that a test can hand in its own. */
export interface Timers {
  after: (delayMs: number, run: () => void) => () => void
}

const browserTimers: Timers = {
  after: (delayMs, run) => {
    const id = setTimeout(run, delayMs)
    return () => clearTimeout(id)
  },
}

/**
 * Runs `act` at once, then at most once per `intervalMs` with one run after the last call: nothing told is lost.
 * `cancel` drops what is still to come.
 */
export function throttle(act: () => void, intervalMs: number, timers: Timers = browserTimers) {
  let cancelTimer: (() => void) | null = null
  let again = false
  const rest = () => {
    cancelTimer = timers.after(intervalMs, () => {
      cancelTimer = null
      if (!again) return
      again = false
      act()
      rest()
    })
  }
  return {
    call: () => {
      if (cancelTimer !== null) {
        again = true
        return
      }
      act()
      rest()
    },
    cancel: () => {
      cancelTimer?.()
      cancelTimer = null
      again = false
    },
  }
}
