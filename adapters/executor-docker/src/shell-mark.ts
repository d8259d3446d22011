/**
 * Finds out whether a shell began to read what it was given: it writes a line by chance to standard error, which is taken
 * out of what is shown.
 */
export class ShellMark {
  readonly #mark = Buffer.from(`sluice-shell-${crypto.randomUUID()}\n`)
  #held: Buffer = Buffer.alloc(0)
  isSeen = false

  /** What the shell must be told first. */
  get line(): string {
    return `echo '${this.#mark.toString('utf8').trimEnd()}' >&2`
  }

  /** @returns what of it can be shown now */
  take(bytes: Uint8Array): Uint8Array {
    if (this.isSeen) return bytes
    const held = Buffer.concat([this.#held, bytes])
    const at = held.indexOf(this.#mark)
    this.isSeen = at >= 0
    if (this.isSeen) return Buffer.concat([held.subarray(0, at), held.subarray(at + this.#mark.length)])
    const safe = Math.max(0, held.length - this.#mark.length)
    this.#held = held.subarray(safe)
    return held.subarray(0, safe)
  }

  /** What is left at the end. */
  rest(): Uint8Array {
    return this.isSeen ? new Uint8Array() : this.#held
  }
}
