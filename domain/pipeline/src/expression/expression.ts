import type { Pattern } from './pattern.ts'
import type { Comparison } from './tokens.ts'

/** A rule expression as a tree. `text` at the top is the source. */
export type Expression =
  | { kind: 'and' | 'or'; left: Expression; right: Expression }
  | { kind: 'compare'; operator: Comparison; left: Expression; right: Expression }
  | Operand

export type Operand =
  | { kind: 'variable'; name: string }
  | { kind: 'text'; value: string }
  | { kind: 'null' }
  | { kind: 'pattern'; pattern: Pattern }
