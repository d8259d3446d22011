import type { Readable } from 'node:stream'

const limitBytes = 64 * 1024

/** Keeps the end of what a program writes. */
export class OutputTail {
  #chunks: Buffer[] = []
  #sizeBytes = 0

  read(stream: Readable | null): void {
    stream?.on('data', (chunk: Buffer) => this.#add(chunk))
    stream?.on('error', () => undefined)
  }

  #add(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#sizeBytes += chunk.length
    while (this.#sizeBytes - (this.#chunks[0]?.length ?? 0) >= limitBytes) {
      this.#sizeBytes -= this.#chunks.shift()?.length ?? 0
    }
  }

  /** The last 64 KiB, the secrets replaced. */
  text(secrets: readonly string[]): string {
    // Masked before it is cut: half a secret is no longer recognised.
    const whole = secrets
      .filter((secret) => secret !== '')
      .reduce((text, secret) => text.replaceAll(secret, '[MASKED]'), Buffer.concat(this.#chunks).toString('utf8'))
    return whole.slice(-limitBytes)
  }
}
