import { setTimeout as pause } from 'node:timers/promises'
import type { BackOff } from './back-off.ts'
import { isRunning, type ProcessIdentity } from './process-identity.ts'

export interface KeptProcess {
  name: string
  identity: ProcessIdentity
  /** Starts it anew. */
  start: () => Promise<ProcessIdentity>
}

export interface KeepRunningOptions {
  signal: AbortSignal
  backOff: BackOff
  /** How often to look; 300 ms by default. */
  intervalMs?: number
  /** One that has failed for longer is not started any more; by default it is tried until the signal. */
  giveUpAfterMs?: number | undefined
  /** It died and is started again after the wait. */
  onDeath: (name: string, waitMs: number) => void
  onStarted: (name: string, identity: ProcessIdentity) => void
  onFailure: (name: string, error: unknown) => void
  /** It is not started any more. `error`: of the last start; `null` when that went well. */
  onGivenUp?: ((name: string, error: unknown) => void) | undefined
}

/** Starts a process again whenever it died, until the signal or until it is given up. Never throws. */
export async function keepRunning(kept: KeptProcess, options: KeepRunningOptions): Promise<void> {
  const { signal, backOff } = options
  let identity: ProcessIdentity | null = kept.identity
  let failure: unknown = null
  while (!signal.aborted) {
    if (identity !== null && (await isRunning(identity))) {
      await quietPause(options.intervalMs ?? 300, signal)
      continue
    }
    const nowMs = performance.now()
    const waitMs = backOff.died(nowMs)
    if (backOff.failingMs(nowMs) > (options.giveUpAfterMs ?? Number.POSITIVE_INFINITY))
      return options.onGivenUp?.(kept.name, failure)
    options.onDeath(kept.name, waitMs)
    await quietPause(waitMs, signal)
    if (signal.aborted) return
    failure = null
    identity = await kept.start().catch((error: unknown) => {
      failure = error
      options.onFailure(kept.name, error)
      return null
    })
    if (identity === null) continue
    backOff.started(performance.now())
    options.onStarted(kept.name, identity)
  }
}

async function quietPause(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => undefined)
}
