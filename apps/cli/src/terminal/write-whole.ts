import { fstatSync, writeSync } from 'node:fs'
import type { Writable } from 'node:stream'

/**
 * Makes an output that goes to a file write each chunk whole. Node asks write(2) once for it and takes no notice of how
 * much that took: the last room of a disk takes a part, and the rest would be lost without an error. The next try gives it.
 */
export function writeWhole(stream: Writable & { fd?: number }): void {
  const { fd } = stream
  if (fd === undefined || !isFile(fd)) return
  stream._write = (chunk: Buffer, _encoding, done) => {
    try {
      for (let taken = 0; taken < chunk.length;) taken += writeSync(fd, chunk, taken)
    } catch (error) {
      done(error as Error)
      return
    }
    done()
  }
}

/** A descriptor may be closed from the beginning. */
function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile()
  } catch {
    return false
  }
}
