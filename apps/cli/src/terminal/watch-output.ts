import type { CliErrorCode } from '../errors.ts'

/** Streams that lines are written to. */
export type OutputStream = Pick<NodeJS.WriteStream, 'on' | 'off' | 'write'> & { isTTY?: boolean | undefined }

/** Standard output and standard error, in this order. */
type Outputs = readonly [OutputStream, OutputStream]

const outputs = (): Outputs => [process.stdout, process.stderr]

/** What became of the outputs of a command. */
export interface OutputWatch {
  /**
   * Waits until everything that was written is out, or lost: an error comes after the write that it is of.
   * @param status exit status of the command
   * @returns the exit status: a failing one where output was lost that somebody wanted
   */
  settle(status: number): Promise<number>
}

/**
 * Watches the outputs of a command. A reader that went away, as in `| head` or a terminal that was closed, ends no command
 * by itself, and is no failure: what is written after it is lost. Output that cannot be written otherwise, to a full disk
 * above all, is told once on standard error. Without a listener Node ends the process at once, with all that it looks
 * after left running.
 *
 * It loads nothing: also where no package is installed it is there.
 */
export function watchOutput([output, errors] = outputs()): OutputWatch {
  let isLost = false
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (isLost || hasNoReader(error, output)) return
    isLost = true
    const code: CliErrorCode = 'CLI_OUTPUT_LOST'
    errors.write(`sluice: Cannot write to standard output: ${error.message}; what comes after is lost [${code}]\n`)
  })
  // Of itself it can tell nothing.
  errors.on('error', (error: NodeJS.ErrnoException) => (isLost ||= !hasNoReader(error, errors)))
  return {
    async settle(status) {
      await flushed(output)
      await flushed(errors)
      return isLost && status === 0 ? 1 : status
    },
  }
}

/** Whether whoever read it is gone. A terminal that was closed gives EIO. */
function hasNoReader({ code }: NodeJS.ErrnoException, { isTTY }: OutputStream): boolean {
  return (
    code === 'EPIPE' || code === 'ECONNRESET' || code === 'ERR_STREAM_DESTROYED' || (code === 'EIO' && isTTY === true)
  )
}

/** Errors come at the latest in the turn after the last write. */
async function flushed(stream: OutputStream): Promise<void> {
  await new Promise<void>((resolve) => stream.write('', () => resolve()))
  await new Promise((resolve) => setImmediate(resolve))
}

/** Calls the listener at each write that fails. @returns stops that */
export function onLostOutput(
  listener: (hasNoReader: boolean) => void,
  streams: readonly OutputStream[] = outputs(),
): () => void {
  const stops = streams.map((stream) => {
    const heard = (error: NodeJS.ErrnoException): void => listener(hasNoReader(error, stream))
    stream.on('error', heard)
    return () => void stream.off('error', heard)
  })
  return () => {
    for (const stop of stops) stop()
  }
}
