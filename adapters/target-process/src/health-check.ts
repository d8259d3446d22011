import { setTimeout as delay } from 'node:timers/promises'
import type { HealthResult } from '@sluice/rollout'

const firstWaitMs = 25
const longestWaitMs = 1000
const tryLimitMs = 5000
const notAsked = 'it was not asked'

/** Asks until it answers 2xx, the time is over, or it is dead. The waits between double, from 25 ms to 1 s. */
export async function checkHealth(
  url: string,
  timeoutMs: number,
  isAlive: () => boolean,
  signal: AbortSignal,
): Promise<HealthResult> {
  const startedMs = performance.now()
  const leftMs = (): number => timeoutMs - (performance.now() - startedMs)
  let last = notAsked
  for (let waitMs = firstWaitMs; leftMs() > 0; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
    if (!isAlive()) return { healthy: false, reason: `the process has ended; before that, ${last}` }
    const answer = await ask(url, Math.min(tryLimitMs, Math.max(1, Math.ceil(leftMs()))))
    if (answer === null) return { healthy: true, afterMs: performance.now() - startedMs }
    // A try that was cut short by the end of the time says less than the one before.
    if (leftMs() > 0 || last === notAsked) last = answer
    if (signal.aborted) return { healthy: false, reason: 'the check was broken off' }
    await delay(Math.min(waitMs, Math.max(0, leftMs())), undefined, { signal }).catch(() => undefined)
  }
  return { healthy: false, reason: `not healthy within ${timeoutMs} ms: ${last}` }
}

/** `null` for well, else why not. */
async function ask(url: string, limitMs: number): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(limitMs), redirect: 'manual' })
    await response.body?.cancel()
    return response.ok ? null : `it answered with status ${response.status}`
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } }
    return `it did not answer (${cause?.code ?? (error as Error).message})`
  }
}
