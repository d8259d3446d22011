import type { Reason, SourcePosition } from '@sluice/contracts/plan'
import type { Mistakes } from '../mistakes.ts'

/** Where everything goes that a compilation has to tell. */
export interface Told {
  readonly mistakes: Mistakes
  readonly warnings: Warnings
}

/** What the readers of one part of a pipeline write to. */
export interface Reading extends Told {
  /** Whose keywords are read, as messages name it: `job "build"`, `default`, `workflow`. */
  readonly subject: string
}

/** Things worth telling that are no mistakes; each place once. */
export class Warnings {
  readonly #byPlace = new Map<string, Reason>()

  add(text: string, position: SourcePosition): void {
    const key = `${position.path}\n${position.line}\n${position.column}`
    if (!this.#byPlace.has(key)) this.#byPlace.set(key, { kind: 'default', text, position })
  }

  all(): Reason[] {
    return [...this.#byPlace.values()]
  }
}
