import { CompileLimit } from '../compile-limit.ts'
import { ComparisonBudget } from '../glob/comparison-budget.ts'
import { limits } from '../limits.ts'

/**
 * What compiling a pipeline with all its children may cost: a child is as easily written as a job, and each may have as
 * much in it as the first pipeline.
 */
export class TreeBudget {
  readonly comparisons = new ComparisonBudget()
  /** Characters that filling in variables may make. */
  readonly expansion = { left: limits.expandedLength }
  /** Characters that filling in inputs may make. */
  readonly inputs = { left: limits.expandedLength }
  #pipelines: number = limits.pipelines
  #jobs: number = limits.jobs
  #weight: number = limits.totalWeight

  /** @throws CompileLimit when the tree has too many pipelines with one more */
  spendPipeline(): void {
    this.#pipelines -= 1
    if (this.#pipelines >= 0) return
    const message = `Cannot plan the children: they are more than ${limits.pipelines} pipelines with the first one`
    throw new CompileLimit('PIPELINE_TOO_MANY_CHILDREN', message)
  }

  /**
   * What a child has once it is written out.
   * @throws CompileLimit when all of them together have too much
   */
  spendChild(jobs: number, weight: number): void {
    this.#jobs -= jobs
    this.#weight -= weight
    if (this.#jobs < 0) {
      const message = `Cannot plan the children: they have more than ${limits.jobs} jobs together`
      throw new CompileLimit('PIPELINE_TOO_MANY_JOBS', message)
    }
    if (this.#weight >= 0) return
    const message = `Cannot plan the children: they have more than ${limits.totalWeight} characters together`
    throw new CompileLimit('PIPELINE_TOO_BIG', message)
  }
}
