/** Lets work on one key wait for the work before it on the same key; other keys go on at once. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve()
    const done = before.then(work)
    const settled = done.catch(() => undefined)
    this.#last.set(key, settled)
    return done.finally(() => {
      if (this.#last.get(key) === settled) this.#last.delete(key)
    })
  }
}
