import type { SourcePosition } from '@sluice/contracts/plan'
import type { MistakeCode } from '../errors.ts'
import type { ComparisonBudget } from '../glob/comparison-budget.ts'
import { FileMatcher } from '../glob/file-matcher.ts'
import { limits } from '../limits.ts'
import type { Mistakes } from '../mistakes.ts'
import type { LoadedPaths, WantedPaths } from '../wanted-paths.ts'

/** Who asks, for the mistake when there is no answer. */
export interface PathsQuestion {
  /** The beginning of a sentence, `Cannot compare with "main" for rules[0]:changes of job "a"`. */
  attempt: string
  place: SourcePosition
}

/** The paths that rules look at beside the tree and the change: those that are known, and which are wanted. */
export class PathsElsewhere {
  readonly #loaded: LoadedPaths
  readonly #mistakes: Mistakes
  readonly #budget: ComparisonBudget
  readonly #matchers = new Map<string, FileMatcher>()
  readonly #wanted = new Map<string, WantedPaths>()

  constructor(loaded: LoadedPaths, mistakes: Mistakes, budget: ComparisonBudget) {
    this.#loaded = loaded
    this.#mistakes = mistakes
    this.#budget = budget
  }

  /** What has to be loaded before the decisions count. */
  get wanted(): WantedPaths[] {
    return [...this.#wanted.values()]
  }

  /** What changed since a ref; `null` when that is wanted first or cannot be had. */
  changedSince(ref: string, question: PathsQuestion): FileMatcher | null {
    const key = `changed-since\n${ref}`
    return this.#find({ kind: 'changed-since', key, ref, place: question.place }, question)
  }

  /** The files of a project; `null` when they are wanted first or cannot be had. */
  filesOf(project: string, ref: string | null, question: PathsQuestion): FileMatcher | null {
    const key = `files-of\n${project}\n${ref ?? ''}`
    return this.#find({ kind: 'files-of', key, project, ref, place: question.place }, question)
  }

  /** Something wrong that only the values of variables show. */
  mistake(code: MistakeCode, place: SourcePosition, message: string): void {
    this.#mistakes.add(code, place, message)
  }

  #find(wanted: WantedPaths, { attempt, place }: PathsQuestion): FileMatcher | null {
    const known = this.#matchers.get(wanted.key)
    if (known !== undefined) return known
    const answer = this.#loaded.get(wanted.key)
    if (answer === undefined) {
      this.#want(wanted, attempt)
      return null
    }
    if ('fault' in answer) {
      this.#mistakes.add('PIPELINE_PATHS_UNKNOWN', place, `${attempt}: ${answer.fault}`)
      return null
    }
    const matcher = new FileMatcher(answer.paths, this.#budget)
    this.#matchers.set(wanted.key, matcher)
    return matcher
  }

  #want(wanted: WantedPaths, attempt: string): void {
    if (this.#wanted.has(wanted.key)) return
    if (this.#loaded.size + this.#wanted.size < limits.pathQuestions) {
      this.#wanted.set(wanted.key, wanted)
      return
    }
    const message = `${attempt}: the rules ask for ${limits.pathQuestions} refs and projects already`
    this.#mistakes.add('PIPELINE_PATHS_UNKNOWN', wanted.place, message)
  }
}
