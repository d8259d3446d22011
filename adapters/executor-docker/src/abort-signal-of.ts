import type { StopSignal } from '@sluice/execution'

/** The standard signal that is aborted with the given one. */
export function abortSignalOf(stop: StopSignal): AbortSignal {
  if (stop instanceof AbortSignal) return stop
  const controller = new AbortController()
  const abort = (): void => controller.abort(stop.reason)
  if (stop.aborted) abort()
  stop.addEventListener('abort', abort, { once: true })
  return controller.signal
}
