import { unreachable } from '@sluice/kernel'
import { limits } from '../limits.ts'
import type { Expression, Operand } from './expression.ts'
import { parsePattern } from './pattern.ts'
import { tokenize, type Comparison, type Token } from './tokens.ts'

export type ExpressionResult =
  | { ok: true; expression: Expression }
  | { ok: false; code: 'PIPELINE_EXPRESSION' | 'PIPELINE_PATTERN'; fault: string; offset: number }

/**
 * Parses `rules:if`. `&&` binds tighter than `||`, comparisons tighter than both; parentheses nest
 * `limits.expressionDepth` levels. Never throws.
 */
export function parseExpression(text: string): ExpressionResult {
  if (text.length > limits.expressionLength) {
    const fault = `it has ${text.length} characters; wanted ${limits.expressionLength} at most`
    return { ok: false, code: 'PIPELINE_EXPRESSION', fault, offset: 0 }
  }
  const tokens = tokenize(text)
  if (!tokens.ok) return { ...tokens, code: 'PIPELINE_EXPRESSION' }
  const parser = new ExpressionParser(tokens.tokens, text.length)
  const expression = parser.parse()
  return parser.failure ?? { ok: true, expression }
}

type Failure = Extract<ExpressionResult, { ok: false }>

const nothing: Operand = { kind: 'null' }

/** Recursive descent; the first failure is kept and ends the reading. */
class ExpressionParser {
  failure: Failure | null = null
  readonly #tokens: Token[]
  readonly #length: number
  #index = 0
  #depth = 0

  constructor(tokens: Token[], length: number) {
    this.#tokens = tokens
    this.#length = length
  }

  parse(): Expression {
    const expression = this.#or()
    const rest = this.#tokens[this.#index]
    if (rest !== undefined) this.#fail(`${nameOf(rest)} follows a whole expression; wanted && or ||`, rest.offset)
    return expression
  }

  #fail(fault: string, offset: number, code: Failure['code'] = 'PIPELINE_EXPRESSION'): Operand {
    this.failure ??= { ok: false, code, fault, offset }
    this.#index = this.#tokens.length
    return nothing
  }

  #takeOperator<T extends string>(...wanted: T[]): T | null {
    const token = this.#tokens[this.#index]
    if (token?.kind !== 'operator') return null
    const found = wanted.find((operator) => operator === token.operator)
    if (found !== undefined) this.#index++
    return found ?? null
  }

  #or(): Expression {
    let left = this.#and()
    while (this.#takeOperator('||')) left = { kind: 'or', left, right: this.#and() }
    return left
  }

  #and(): Expression {
    let left = this.#comparison()
    while (this.#takeOperator('&&')) left = { kind: 'and', left, right: this.#comparison() }
    return left
  }

  #comparison(): Expression {
    const left = this.#side()
    const operator = this.#takeOperator('==', '!=', '=~', '!~')
    if (operator === null)
      return left.kind === 'pattern' ? this.#fail('a regular expression stands alone; wanted $NAME =~ /…/', 0) : left
    const offset = this.#tokens[this.#index]?.offset ?? this.#length
    return this.#checked(operator, left, this.#side(), offset)
  }

  #side(): Expression {
    return this.#tokens[this.#index]?.kind === 'open' ? this.#group() : this.#operand()
  }

  #checked(operator: Comparison, left: Expression, right: Expression, offset: number): Expression {
    const matching = operator === '=~' || operator === '!~'
    if (matching && right.kind === 'null')
      return this.#fail(`null stands after ${operator}; wanted /regex/ or $NAME`, offset)
    if (!matching && (right.kind === 'pattern' || left.kind === 'pattern')) {
      return this.#fail(`a regular expression stands beside ${operator}; wanted =~ or !~`, offset)
    }
    if (left.kind === 'pattern')
      return this.#fail(`a regular expression stands before ${operator}; wanted $NAME`, offset)
    return { kind: 'compare', operator, left, right: matching ? patternFromText(right) : right }
  }

  #pattern(source: string, offset: number): Operand {
    const result = parsePattern(source)
    if (result.ok) return { kind: 'pattern', pattern: result.pattern }
    return this.#fail(`regular expression ${source.slice(0, 80)}: ${result.fault}`, offset, 'PIPELINE_PATTERN')
  }

  #group(): Expression {
    const open = this.#tokens[this.#index++]
    if (++this.#depth > limits.expressionDepth) return this.#fail('parentheses nest too deep', open?.offset ?? 0)
    const inner = this.#or()
    this.#depth--
    const close = this.#tokens[this.#index]
    if (close?.kind !== 'close') return this.#fail('a parenthesis is open; wanted )', close?.offset ?? this.#length)
    this.#index++
    return inner
  }

  #operand(): Operand {
    const token = this.#tokens[this.#index]
    if (token === undefined) return this.#fail('it ends too early; wanted $NAME, "text", /regex/ or null', this.#length)
    if (token.kind === 'open' || token.kind === 'close' || token.kind === 'operator') {
      return this.#fail(
        `${nameOf(token)} stands where a value is wanted; wanted $NAME, "text", /regex/ or null`,
        token.offset,
      )
    }
    this.#index++
    if (token.kind === 'pattern') return this.#pattern(token.source, token.offset)
    if (token.kind === 'variable') return { kind: 'variable', name: token.name }
    return token.kind === 'text' ? { kind: 'text', value: token.value } : nothing
  }
}

/** GitLab takes `=~ "/…/"` as a regular expression too. */
function patternFromText(right: Expression): Expression {
  if (right.kind !== 'text') return right
  const result = parsePattern(right.value)
  return result.ok ? { kind: 'pattern', pattern: result.pattern } : right
}

function nameOf(token: Token): string {
  switch (token.kind) {
    case 'operator':
      return `"${token.operator}"`
    case 'open':
      return '"("'
    case 'close':
      return '")"'
    case 'variable':
      return `"$${token.name}"`
    case 'text':
      return `text "${token.value.slice(0, 40)}"`
    case 'pattern':
      return token.source.slice(0, 40)
    case 'null':
      return 'null'
    default:
      return unreachable(token)
  }
}
