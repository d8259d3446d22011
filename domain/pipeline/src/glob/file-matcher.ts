import { CompileLimit } from '../compile-limit.ts'
import { limits } from '../limits.ts'
import { compileGlob } from './glob.ts'

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
    if (this.#budget.left < 0) {
      const message = `Cannot match the patterns of rules: it takes more than ${limits.globComparisons} comparisons`
      throw new CompileLimit('PIPELINE_TOO_MUCH_MATCHING', message)
    }
    const glob = compileGlob(pattern)
    return this.#files.find((file) => glob.matches(file)) ?? null
  }
}
