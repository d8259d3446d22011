/** Work under one key is done one after the other: two pushes of one commit at once begin one run. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  /** How many keys have work that has not ended. */
  get size(): number {
    return this.#last.size
  }

  /** Does the work after all that was asked for before under that key, however that ended. */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(work, work)
    this.#last.set(key, turn)
    try {
      return await turn
    } finally {
      if (this.#last.get(key) === turn) this.#last.delete(key)
    }
  }
}
