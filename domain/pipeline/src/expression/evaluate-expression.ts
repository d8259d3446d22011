import { unreachable } from '@sluice/kernel'
import type { Expression } from './expression.ts'
import { parsePattern } from './pattern.ts'

/** Looks up a variable; `null` when it is not set. */
export type Lookup = (name: string) => string | null

/** What an expression comes to before it is asked whether it is true. */
type Value = string | boolean | null

/**
 * The truth of a rule expression by GitLab's rules: what it comes to is true, or a text that is not blank. An unset
 * variable equals only `null`, an empty one only `""`. `&&` and `||` give one of their sides, and only `null` and false
 * count as false there: `$EMPTY && "x"` is true, `$EMPTY || "x"` is not.
 */
export function evaluateExpression(expression: Expression, lookup: Lookup): boolean {
  const value = valueOf(expression, lookup)
  return typeof value === 'string' ? value.trim() !== '' : value === true
}

function valueOf(expression: Expression, lookup: Lookup): Value {
  switch (expression.kind) {
    case 'and':
      return bothOf(valueOf(expression.left, lookup), () => valueOf(expression.right, lookup))
    case 'or':
      return eitherOf(valueOf(expression.left, lookup), () => valueOf(expression.right, lookup))
    case 'compare':
      return compare(expression, lookup)
    case 'variable':
      return lookup(expression.name)
    case 'text':
      return expression.value
    case 'pattern':
      return expression.pattern.source
    case 'null':
      return null
    default:
      return unreachable(expression)
  }
}

function bothOf(left: Value, right: () => Value): Value {
  return left === null || left === false ? left : right()
}

function eitherOf(left: Value, right: () => Value): Value {
  return left === null || left === false ? right() : left
}

/** Every variable that an expression names, each once, in order. */
export function variablesOf(expression: Expression): string[] {
  const names = new Set<string>()
  collect(expression, names)
  return [...names]
}

function collect(expression: Expression, names: Set<string>): void {
  if (expression.kind === 'variable') names.add(expression.name)
  if (expression.kind === 'and' || expression.kind === 'or' || expression.kind === 'compare') {
    collect(expression.left, names)
    collect(expression.right, names)
  }
}

function compare(comparison: Extract<Expression, { kind: 'compare' }>, lookup: Lookup): boolean {
  const left = valueOf(comparison.left, lookup)
  switch (comparison.operator) {
    case '==':
      return left === valueOf(comparison.right, lookup)
    case '!=':
      return left !== valueOf(comparison.right, lookup)
    case '=~':
      return matches(left, comparison.right, lookup) ?? false
    case '!~':
      return !(matches(left, comparison.right, lookup) ?? false)
    default:
      return unreachable(comparison.operator)
  }
}

/**
 * Whether a text, the empty one for an unset variable, matches what stands on the right. A right side that is no
 * `/regex/` is searched for the text instead, which is GitLab's way too. `null` without a right side.
 */
function matches(left: Value, right: Expression, lookup: Lookup): boolean | null {
  const text = left === null ? '' : String(left)
  if (right.kind === 'pattern') return right.pattern.matches(text)
  const value = valueOf(right, lookup)
  if (typeof value !== 'string') return null
  const result = parsePattern(value)
  return result.ok ? result.pattern.matches(text) : value.includes(text)
}
