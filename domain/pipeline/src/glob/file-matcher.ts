import { limits } from '../limits.ts'
import { compileGlob } from './glob.ts'

/** Thrown inside the package when matching would take too long; `compile` turns it into a mistake. */
export class MatchingLimit extends Error {
  override readonly name = 'MatchingLimit'
}

/** Answers "does any of these files match?" for one compilation, each pattern once, within one budget of comparisons. */
export class FileMatcher {
  readonly #files: readonly string[]
  readonly #exact: ReadonlySet<string>
  readonly #answers = new Map<string, string | null>()
  readonly #budget: { left: number }

  constructor(files: readonly string[], budget: { left: number } = { left: limits.globComparisons }) {
    this.#files = files
    this.#exact = new Set(files)
    this.#budget = budget
  }

  /** The first file that the glob matches, or `null`. */
  find(pattern: string): string | null {
    const known = this.#answers.get(pattern)
    if (known !== undefined) return known
    const answer = this.#exact.has(pattern) ? pattern : this.#search(pattern)
    this.#answers.set(pattern, answer)
    return answer
  }

  #search(pattern: string): string | null {
    if (!/[*?[\]{}\\]/.test(pattern)) return null
    this.#budget.left -= this.#files.length
    if (this.#budget.left < 0) throw new MatchingLimit()
    const glob = compileGlob(pattern)
    return this.#files.find((file) => glob.matches(file)) ?? null
  }
}
