import { onLostOutput, type OutputStream } from '../terminal/watch-output.ts'

/**
 * Ctrl-C, SIGTERM and SIGHUP: the first asks to stop, the second is for those who do not want to wait. An output that
 * nobody reads any more, or that cannot be written, asks to stop too, once, and does not make the next signal a second one: Ctrl-C ends `| tee` and
 * this process at the same time.
 */
export interface Interruption {
  signal: AbortSignal
  /** Stops listening. */
  close(): void
}

export function onInterruption(
  handlers: { first: (name: string) => void; second: () => void },
  outputs?: readonly OutputStream[],
): Interruption {
  const controller = new AbortController()
  let signals = 0
  const stop = (name: string): void => {
    if (controller.signal.aborted) return
    controller.abort()
    handlers.first(name)
  }
  const listener = (name: NodeJS.Signals): void => {
    signals += 1
    if (signals > 1) handlers.second()
    else stop(name)
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, listener)
  const unlisten = onLostOutput(
    (hasNoReader) => stop(hasNoReader ? 'Nobody reads the output any more' : 'The output cannot be written'),
    outputs,
  )
  return {
    signal: controller.signal,
    close: () => {
      for (const name of names) process.off(name, listener)
      unlisten()
    },
  }
}
