/** Streams that lines are written to. */
export type OutputStream = Pick<NodeJS.WriteStream, 'on' | 'off'>

const outputs = (): readonly OutputStream[] => [process.stdout, process.stderr]

/**
 * A reader that went away, as in `| head` or a terminal that was closed, ends no command by itself: what is written after
 * it is lost. Without a listener Node ends the process at once, with all that it looks after left running.
 */
export function surviveClosedOutput(streams = outputs()): void {
  for (const stream of streams) stream.on('error', () => undefined)
}

/** Calls the listener at each write that finds its reader gone. @returns stops that */
export function onClosedOutput(listener: () => void, streams = outputs()): () => void {
  for (const stream of streams) stream.on('error', listener)
  return () => {
    for (const stream of streams) stream.off('error', listener)
  }
}
