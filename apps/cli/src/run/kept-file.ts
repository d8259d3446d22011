import { readFile, rename, writeFile } from 'node:fs/promises'

/** A file of ours with JSON that only this user may read: there whole, or not at all. */
export class KeptFile<T extends { version: 1 }> {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  async write(value: T): Promise<void> {
    await writeFile(`${this.#path}.new`, JSON.stringify(value), { mode: 0o600 })
    await rename(`${this.#path}.new`, this.#path)
  }

  /** `null` where nothing is, or nothing of ours: the same to whoever asks. */
  async read(): Promise<T | null> {
    try {
      const value = JSON.parse(await readFile(this.#path, 'utf8')) as T
      return value.version === 1 ? value : null
    } catch {
      return null
    }
  }
}
