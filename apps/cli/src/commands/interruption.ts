/** Ctrl-C and SIGTERM: the first asks to stop, the second is for those who do not want to wait. */
export interface Interruption {
  signal: AbortSignal
  /** Stops listening to signals. */
  close(): void
}

export function onInterruption(handlers: { first: (name: string) => void; second: () => void }): Interruption {
  const controller = new AbortController()
  const listener = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) return handlers.second()
    handlers.first(name)
    controller.abort()
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, listener)
  return {
    signal: controller.signal,
    close: () => {
      for (const name of names) process.off(name, listener)
    },
  }
}
