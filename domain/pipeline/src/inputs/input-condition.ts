import { evaluateExpression, variablesOf } from '../expression/evaluate-expression.ts'
import type { Expression } from '../expression/expression.ts'
import { parseExpression } from '../expression/parse-expression.ts'
import type { Reading } from '../read/reading.ts'
import { isText, wrongType } from '../read/values.ts'
import { quote, type Located } from '../yaml/located.ts'

/** `if` of a rule of an input, such as `$[[ inputs.cloud ]] == "aws"`. */
export interface InputCondition {
  /** The inputs it looks at. */
  inputs: readonly string[]
  /** @param valueOf the text of an input, `null` when it has none */
  holds: (valueOf: (input: string) => string | null) => boolean
}

/** Texts and patterns are left alone; then an input, or a boolean. */
const piece = /"[^"]*"|'[^']*'|\/(?:\\.|[^/\\])*\/|\$\[\[\s*inputs\.([^\s|\]]{1,255})\s*\]\]|\b(true|false)\b/g

/**
 * Reads a condition. The grammar is that of `rules:if`, with inputs in the place of variables and with `true` and
 * `false`: an input stands in the expression as a variable of a name that only this condition knows.
 */
export function readInputCondition(node: Located, keyword: string, reading: Reading): InputCondition | null {
  if (!isText(node)) {
    wrongType(node, keyword, 'an expression', reading)
    return null
  }
  const names = new Map<string, string>()
  const source = node.value.replaceAll(piece, (whole: string, input?: string, boolean?: string) => {
    if (boolean !== undefined) return `"${boolean}"`
    if (input === undefined) return whole
    const variable = `INPUT_${names.size}`
    names.set(variable, input)
    return `$${variable}`
  })
  const result = parseExpression(source)
  const foreign = result.ok ? variablesOf(result.expression).find((name) => !names.has(name)) : undefined
  if (result.ok && foreign === undefined) return conditionOf(result.expression, names)
  const fault = result.ok
    ? `$${foreign ?? ''} is a variable; wanted $[[ inputs.NAME ]]`
    : result.fault.replace('wanted $NAME', 'wanted $[[ inputs.NAME ]]')
  const message = `Cannot read ${keyword} of ${reading.subject}: expression ${quote(node.value)}: ${fault}`
  reading.mistakes.add(result.ok ? 'PIPELINE_EXPRESSION' : result.code, node.place, message)
  return null
}

function conditionOf(expression: Expression, names: ReadonlyMap<string, string>): InputCondition {
  return {
    inputs: [...new Set(names.values())],
    holds: (valueOf) => evaluateExpression(expression, (variable) => valueOf(names.get(variable) ?? '')),
  }
}
