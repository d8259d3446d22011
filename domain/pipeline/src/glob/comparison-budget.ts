import { CompileLimit } from '../compile-limit.ts'
import { limits } from '../limits.ts'

/** How many comparisons of a pattern with a path one compilation may make in all. */
export class ComparisonBudget {
  #left: number = limits.globComparisons

  /** @throws CompileLimit when there are not so many left */
  spend(comparisons: number): void {
    this.#left -= comparisons
    if (this.#left >= 0) return
    const message = `Cannot match the patterns of rules and includes: it takes more than ${limits.globComparisons} comparisons`
    throw new CompileLimit('PIPELINE_TOO_MUCH_MATCHING', message)
  }
}
