/** Places for jobs that run at once, of a run and of its children. Who finds none gets one in the order of asking. */
export class JobRoom {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor(places: number) {
    this.#free = places
  }

  /**
   * Begins when there is a place, which may be at once; it is taken until `leave`.
   * @returns what takes the wish back: true where nothing had begun
   */
  enter(begin: () => void): () => boolean {
    this.#waiting.add(begin)
    this.#beginNext()
    return () => this.#waiting.delete(begin)
  }

  leave(): void {
    this.#free += 1
    this.#beginNext()
  }

  #beginNext(): void {
    const [next] = this.#waiting
    if (next === undefined || this.#free <= 0) return
    this.#waiting.delete(next)
    this.#free -= 1
    next()
    this.#beginNext()
  }
}
