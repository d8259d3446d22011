import { unreachable } from '@sluice/kernel'
import type { Expression, Operand } from './expression.ts'
import { parsePattern, type Pattern } from './pattern.ts'

/** Looks up a variable; `null` when it is not set. */
export type Lookup = (name: string) => string | null

/**
 * The truth of a rule expression by GitLab's rules: an unset variable equals only `null`, an empty one only `""`; a
 * lone value is true when it is not blank; a match against an unset text or with an unreadable pattern is false.
 */
export function evaluateExpression(expression: Expression, lookup: Lookup): boolean {
  switch (expression.kind) {
    case 'and':
      return evaluateExpression(expression.left, lookup) && evaluateExpression(expression.right, lookup)
    case 'or':
      return evaluateExpression(expression.left, lookup) || evaluateExpression(expression.right, lookup)
    case 'compare':
      return compare(expression, lookup)
    case 'variable':
    case 'text':
    case 'null':
    case 'pattern':
      return (valueOf(expression, lookup) ?? '').trim() !== ''
    default:
      return unreachable(expression)
  }
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

function valueOf(operand: Operand, lookup: Lookup): string | null {
  if (operand.kind === 'variable') return lookup(operand.name)
  if (operand.kind === 'text') return operand.value
  return operand.kind === 'pattern' ? operand.pattern.source : null
}

function compare(comparison: Extract<Expression, { kind: 'compare' }>, lookup: Lookup): boolean {
  const left = valueOf(comparison.left, lookup)
  switch (comparison.operator) {
    case '==':
      return left === valueOf(comparison.right, lookup)
    case '!=':
      return left !== valueOf(comparison.right, lookup)
    case '=~':
      return matches(left, patternOf(comparison.right, lookup)) ?? false
    case '!~':
      return !(matches(left, patternOf(comparison.right, lookup)) ?? false)
    default:
      return unreachable(comparison.operator)
  }
}

function patternOf(operand: Operand, lookup: Lookup): Pattern | null {
  if (operand.kind === 'pattern') return operand.pattern
  const result = parsePattern(valueOf(operand, lookup) ?? '')
  return result.ok ? result.pattern : null
}

function matches(text: string | null, pattern: Pattern | null): boolean | null {
  return text === null || pattern === null ? null : pattern.matches(text)
}
