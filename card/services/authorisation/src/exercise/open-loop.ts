/** Time, passed in. */
export interface Ticks {
  /** Milliseconds, never going back. */
  nowMs: () => number
  /** Resolves after about so long, or at once when `signal` is aborted. */
  wait: (ms: number, signal: AbortSignal) => Promise<void>
}

export interface OpenLoop {
  /** Arrivals per second. */
  rate: number
  maxInFlight: number
  send: () => Promise<void>
  /** Called for an arrival that finds `maxInFlight` requests under way: it is dropped, not queued. */
  holdBack: () => void
  signal: AbortSignal
  ticks: Ticks
}

/** Sends at a steady rate whether or not answers come, until `signal`; then waits for what is in flight. */
export async function runOpenLoop({ rate, maxInFlight, send, holdBack, signal, ticks }: OpenLoop): Promise<void> {
  const inFlight = new Set<Promise<void>>()
  const startedAt = ticks.nowMs()
  const stepMs = 1000 / rate
  for (let arrival = 0; !signal.aborted; arrival += 1) {
    await ticks.wait(startedAt + arrival * stepMs - ticks.nowMs(), signal)
    if (signal.aborted) break
    if (inFlight.size >= maxInFlight) {
      holdBack()
      continue
    }
    const sent = send().finally(() => inFlight.delete(sent))
    inFlight.add(sent)
  }
  await Promise.allSettled(inFlight)
}
