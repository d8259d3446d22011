import { closeSync } from 'node:fs'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'

/**
 * All are read into it, one after the other, and copied out at once. Not larger: copies of more than 128 KiB are memory of the
 * system's, new each time, and made a long log cost twice as much as with this.
 */
const place = Buffer.allocUnsafeSlow(64 * 1024)
/** Smaller ones, so many after each other, each within so long of the one before: a program that prints as fast as it can. */
const flood = { chunkBytes: 32 * 1024, chunks: 16, gapMs: 1 }
const pauseMs = 1

/**
 * What a sandbox prints. Programs write 4 KiB at a time, and whoever reads as fast as they write gets it in such pieces: a
 * million lines came in 6,600 of them, and 0.1 ms for each was most of what they cost. So in a flood it is left to gather
 * in the pipe, which spawner.pl makes large enough for that, for a millisecond. What comes slowly is passed on at once.
 */
export class SandboxOutput extends Readable {
  readonly #socket: Socket
  #smallChunks = 0
  #lastMs = 0
  #timer: NodeJS.Timeout | null = null
  #isWanted = true

  /** @param fd of a pipe; closed in any case */
  constructor(fd: number) {
    super({ highWaterMark: place.length })
    try {
      const onread = { buffer: place, callback: (bytes: number) => this.#take(bytes) }
      this.#socket = new Socket({ fd, readable: true, writable: false, onread })
    } catch (error) {
      closeSync(fd)
      throw error
    }
    this.#socket.on('error', (error) => this.destroy(error))
    this.#socket.on('end', () => this.push(null))
  }

  override _read(): void {
    this.#isWanted = true
    if (this.#timer === null) this.#socket.resume()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#socket.destroy()
    done(error)
  }

  /** @returns whether more is to be read now */
  #take(bytes: number): boolean {
    const isFlood = this.#isFlood(bytes)
    this.#isWanted = this.push(Buffer.from(place.subarray(0, bytes)))
    if (isFlood) this.#timer = setTimeout(() => this.#goOn(), pauseMs)
    return this.#isWanted && !isFlood
  }

  #isFlood(bytes: number): boolean {
    const nowMs = performance.now()
    const isClose = bytes < flood.chunkBytes && nowMs - this.#lastMs < flood.gapMs + pauseMs
    this.#smallChunks = isClose ? this.#smallChunks + 1 : 0
    this.#lastMs = nowMs
    return this.#smallChunks > flood.chunks
  }

  #goOn(): void {
    this.#timer = null
    if (this.#isWanted) this.#socket.resume()
  }
}
