/** A place in a file; lines and columns count from 1. */
export interface Place {
  path: string
  line?: number
  column?: number
}

/**
 * A package's table of error codes: code → what it means and what to do. The codes are stable and documented in
 * `docs/reference/errors.md`, which is generated from these tables.
 */
export type ErrorTable = Record<string, { summary: string; remedy: string }>

/** Names a table's codes for the type checker and keeps the table as data. */
export function errorTable<const T extends ErrorTable>(table: T): T {
  return table
}

/**
 * An error that a user may meet. `message` says which action failed, quotes the value, then what is and what was
 * wanted. `status` is the HTTP status that fits where it leaves by HTTP; 500 by default.
 */
export class SluiceError<Code extends string = string> extends Error {
  override readonly name = 'SluiceError'
  readonly code: Code
  readonly place: Place | null
  readonly status: number

  constructor(code: Code, message: string, options: { place?: Place; cause?: unknown; status?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.place = options.place ?? null
    this.status = options.status ?? 500
  }

  /** `path:line:column: message [CODE]`, as editors and terminals make it a link. */
  override toString(): string {
    const place = this.place
    const where = place
      ? `${[place.path, place.line, place.column].filter((part) => part !== undefined).join(':')}: `
      : ''
    return `${where}${this.message} [${this.code}]`
  }
}
