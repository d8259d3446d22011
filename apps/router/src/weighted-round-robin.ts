interface Entry {
  id: string
  weight: number
  current: number
}

/**
 * Smooth weighted round robin, as nginx does it: each turn every entry gains its weight, the one with most goes and
 * pays the sum. Deterministic: of every 100 turns a weight of 10 gets exactly 10, spread evenly.
 */
export class WeightedRoundRobin {
  readonly #entries: Entry[]
  readonly #sum: number

  constructor(backends: readonly { id: string; weight: number }[]) {
    this.#entries = backends.filter(({ weight }) => weight > 0).map(({ id, weight }) => ({ id, weight, current: 0 }))
    this.#sum = this.#entries.reduce((sum, { weight }) => sum + weight, 0)
  }

  /** Id of the next one, `null` where nobody has weight. */
  next(): string | null {
    let best: Entry | null = null
    for (const entry of this.#entries) {
      entry.current += entry.weight
      if (best === null || entry.current > best.current) best = entry
    }
    if (best === null) return null
    best.current -= this.#sum
    return best.id
  }

  /** Another one than `id`, the heaviest; `null` where there is none. Takes no turn. */
  otherThan(id: string): string | null {
    const others = this.#entries.filter((entry) => entry.id !== id)
    return others.toSorted((a, b) => b.weight - a.weight)[0]?.id ?? null
  }
}
