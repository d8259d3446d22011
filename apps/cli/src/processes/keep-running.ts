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
  /** It died and is started again after the wait. */
  onDeath: (name: string, waitMs: number) => void
  onStarted: (name: string, identity: ProcessIdentity) => void
  onFailure: (name: string, error: unknown) => void
}

/** Starts a process again whenever it died, until the signal. Never throws; ends after the signal. */
export async function keepRunning(kept: KeptProcess, options: KeepRunningOptions): Promise<void> {
  const { signal } = options
  let identity: ProcessIdentity | null = kept.identity
  while (!signal.aborted) {
    if (identity !== null && (await isRunning(identity))) {
      await quietPause(options.intervalMs ?? 300, signal)
      continue
    }
    const waitMs = options.backOff.died(performance.now())
    options.onDeath(kept.name, waitMs)
    await quietPause(waitMs, signal)
    if (signal.aborted) return
    identity = await kept.start().catch((error: unknown) => {
      options.onFailure(kept.name, error)
      return null
    })
    if (identity !== null) options.onStarted(kept.name, identity)
  }
}

async function quietPause(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => undefined)
}
