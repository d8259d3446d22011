import type { MistakeCode } from './errors.ts'

/** Ends a compilation that would cost too much; `compile` turns it into a mistake. Never leaves the package. */
export class CompileLimit extends Error {
  override readonly name = 'CompileLimit'
  readonly code: MistakeCode

  constructor(code: MistakeCode, message: string) {
    super(message)
    this.code = code
  }
}
