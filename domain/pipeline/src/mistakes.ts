import type { SourcePosition } from '@sluice/contracts/plan'
import type { MistakeCode } from './errors.ts'
import { limits } from './limits.ts'
import { hint } from './nearest-name.ts'

/** Something wrong in a pipeline, at a place. */
export interface Mistake {
  code: MistakeCode
  message: string
  place: SourcePosition
}

const standInCodes: ReadonlySet<MistakeCode> = new Set([
  'PIPELINE_REFERENCE_UNKNOWN',
  'PIPELINE_REFERENCE_CYCLE',
  'PIPELINE_UNKNOWN_ALIAS',
  'PIPELINE_UNKNOWN_TAG',
])

/** Gathers the mistakes of one compilation; the first one of a code at a place stands for all. */
export class Mistakes {
  readonly #byPlace = new Map<string, Mistake>()
  #hintsLeft: number = limits.hints
  /** Places that hold a stand-in: what else is wrong there follows from the first mistake. */
  readonly #standIns = new Set<string>()

  add(code: MistakeCode, place: SourcePosition, message: string): void {
    const at = `${place.path}\n${place.line}\n${place.column}`
    const key = `${code}\n${at}`
    if (this.#standIns.has(at) || this.#byPlace.has(key) || this.#byPlace.size >= limits.mistakes) return
    if (standInCodes.has(code)) this.#standIns.add(at)
    this.#byPlace.set(key, { code, message, place: { path: place.path, line: place.line, column: place.column } })
  }

  /** See `hint`; only for the first mistakes that ask, since comparing with all jobs is dear. */
  hint(name: string, candidates: () => readonly string[]): string {
    if (this.#hintsLeft <= 0) return ''
    this.#hintsLeft--
    return hint(name, candidates().slice(0, limits.jobs))
  }

  get count(): number {
    return this.#byPlace.size
  }

  /** By path, then in the order of the text. */
  sorted(): Mistake[] {
    return [...this.#byPlace.values()].sort(
      (a, b) =>
        compareText(a.place.path, b.place.path) || a.place.line - b.place.line || a.place.column - b.place.column,
    )
  }
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
