import type { SourcePosition } from '@sluice/contracts/plan'
import type { MistakeCode } from './errors.ts'
import { limits } from './limits.ts'

/** Something wrong in a pipeline, at a place. */
export interface Mistake {
  code: MistakeCode
  message: string
  place: SourcePosition
}

/** Gathers the mistakes of one compilation; the first one of a code at a place stands for all. */
export class Mistakes {
  readonly #byPlace = new Map<string, Mistake>()

  add(code: MistakeCode, place: SourcePosition, message: string): void {
    const key = `${code}\n${place.path}\n${place.line}\n${place.column}`
    if (this.#byPlace.has(key) || this.#byPlace.size >= limits.mistakes) return
    this.#byPlace.set(key, { code, message, place: { path: place.path, line: place.line, column: place.column } })
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
