import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { eventsPath, routes, type RunView } from '@sluice/contracts/api'
import { ApiFailure } from '@sluice/contracts/client'
import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'
import type { PlatformConnection } from './connect-platform.ts'

export interface FollowOptions {
  signal: AbortSignal
  onView: (view: RunView) => void
  /** The server is away; it is tried again. Told once each time. */
  onLost?: (error: unknown) => void
  /** A server that is away for longer is given up; by default it is waited for until the signal. */
  giveUpAfterMs?: number | undefined
  /** Between two looks without a notice; 2 s by default. */
  lookAgainMs?: number
}

/** Whether nothing more will happen to a run. */
function isOver(view: RunView): boolean {
  if (view.status === 'running') return false
  return !view.deliver || view.delivery === 'delivered' || view.delivery === 'stopped' || view.status !== 'success'
}

/**
 * Shows a run until it is over: asks for it anew after each notice of the server's event stream, and now and then
 * without one. Goes on while the server restarts.
 * @returns the last view, or `null` after the signal
 * @throws ApiFailure when the server refuses, e.g. for a run that it does not know
 * @throws SluiceError CLI_RUN_LOST when it was away for too long
 */
export async function followRun(
  connection: PlatformConnection,
  runId: string,
  options: FollowOptions,
): Promise<RunView | null> {
  const ended = new AbortController()
  const signal = AbortSignal.any([options.signal, ended.signal])
  const bell = createBell()
  const listening = listen(connection, runId, signal, bell.ring)
  let lostMs: number | null = null
  try {
    while (!options.signal.aborted) {
      const view = await connection.call(routes.getRun, { parameters: { run: runId } }).catch((error: unknown) => {
        if (error instanceof ApiFailure && error.status < 500) throw error
        if (lostMs === null) options.onLost?.(error)
        lostMs ??= performance.now()
        if (performance.now() - lostMs >= (options.giveUpAfterMs ?? Number.POSITIVE_INFINITY)) throw lost(error)
        return null
      })
      if (view !== null) {
        lostMs = null
        options.onView(view)
        if (isOver(view)) return view
      }
      await bell.rung(view === null ? 500 : (options.lookAgainMs ?? 2000), signal)
    }
    return null
  } finally {
    ended.abort()
    await listening
  }
}

function lost(cause: unknown): SluiceError {
  return new SluiceError<CliErrorCode>(
    'CLI_RUN_LOST',
    'Cannot follow the run: the server does not answer any more; start it again with "./sluice up", then the run goes on',
    { cause },
  )
}

/** Rings for each notice, and opens the stream again when it ended. */
async function listen(
  connection: PlatformConnection,
  runId: string,
  signal: AbortSignal,
  ring: () => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const stream = await connection.open(`${eventsPath}?run=${encodeURIComponent(runId)}`, signal)
      for await (const line of createInterface({ input: stream })) if (line.startsWith('data:')) ring()
    } catch {
      // The server is away or the signal came: the loop decides.
    }
    await pause(500, undefined, { signal }).catch(() => undefined)
  }
}

/** Many rings before somebody listens count as one. */
function createBell(): { ring: () => void; rung: (longestMs: number, signal: AbortSignal) => Promise<void> } {
  let isRung = false
  let wake: () => void = () => undefined
  return {
    ring() {
      isRung = true
      wake()
    },
    async rung(longestMs, signal) {
      if (!isRung) {
        const woken = new AbortController()
        wake = () => woken.abort()
        await pause(longestMs, undefined, { signal: AbortSignal.any([signal, woken.signal]) }).catch(() => undefined)
      }
      isRung = false
    },
  }
}
