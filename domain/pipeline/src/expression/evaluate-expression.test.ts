import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluateExpression, variablesOf } from './evaluate-expression.ts'
import { parseExpression } from './parse-expression.ts'

const variables: Record<string, string> = {
  BRANCH: 'main',
  EMPTY: '',
  BLANK: '  ',
  FALSE: 'false',
  OTHER: 'main',
  PATTERN: '/^ma/',
  BAD_PATTERN: '/(/',
  NO_PATTERN: 'ma',
  LINES: 'a\nb',
  URL: 'https://example.org/a',
}

function evaluate(text: string): boolean | string {
  const result = parseExpression(text)
  if (!result.ok) return `${result.code} at ${result.offset}`
  return evaluateExpression(result.expression, (name) => variables[name] ?? null)
}

describe('evaluateExpression()', () => {
  test.each([
    ['$BRANCH == "main"', true],
    ["$BRANCH == 'main'", true],
    ['"main" == $BRANCH', true],
    ['$BRANCH == $OTHER', true],
    ['$BRANCH != "main"', false],
    ['$UNSET == null', true],
    ['$UNSET != null', false],
    ['$UNSET == ""', false],
    ['$EMPTY == ""', true],
    ['$EMPTY == null', false],
    ['$UNSET == $ALSO_UNSET', true],
    ['$BRANCH', true],
    ['$EMPTY', false],
    ['$BLANK', false],
    ['$UNSET', false],
    ['$FALSE', true],
    ['"x"', true],
    ['null', false],
    ['$BRANCH =~ /^ma/', true],
    ['$BRANCH =~ /^MA/', false],
    ['$BRANCH =~ /^MA/i', true],
    ['$BRANCH !~ /^ma/', false],
    ['$UNSET =~ /.*/', true],
    ['$UNSET =~ /./', false],
    ['$UNSET !~ /./', true],
    ['$UNSET =~ /^$/', true],
    ['$EMPTY && $BRANCH', true],
    ['$EMPTY && $EMPTY', false],
    ['$UNSET && $BRANCH', false],
    ['$BRANCH && $EMPTY', false],
    ['$EMPTY || $BRANCH', false],
    ['$UNSET || $BRANCH', true],
    ['$BRANCH || $EMPTY', true],
    ['$BRANCH && null', false],
    ['null || $EMPTY == ""', true],
    ['("x" || "y") == "x"', true],
    ['"x" == ("y" && "x")', true],
    ['"x" == ("y" || "x")', false],
    ['("x" == "y" || "x")', true],
    ['($BRANCH && $OTHER) =~ /^main$/', true],
    ['null == $UNSET', true],
    ['null != $EMPTY', true],
    ['$BRANCH =~ "a text with main in it"', true],
    ['$BRANCH =~ "ma"', false],
    ['$BRANCH =~ $OTHER', true],
    ['$BRANCH !~ "ma"', true],
    ['$UNSET =~ "x"', true],
    ['$BRANCH =~ $UNSET', false],
    ['$BRANCH !~ $UNSET', true],
    ['$BRANCH =~ /ma(?# comment)/', 'PIPELINE_PATTERN at 11'],
    ['$BRANCH =~ /MAIN/is', true],
    ['$BRANCH =~ /M.IN/U', false],
    ['$LINES =~ /^b$/', false],
    ['$LINES =~ /^b$/m', true],
    ['$LINES =~ /a.b/', false],
    ['$LINES =~ /a.b/s', true],
    ['$BRANCH == "main" && $UNSET == null || $EMPTY', true],
    ['$EMPTY == "" && $BRANCH != "x"', true],
    ['$EMPTY =~ /^$/', true],
    ['$URL =~ /^https:\\/\\//', true],
    ['$BRANCH =~ $PATTERN', true],
    ['$BRANCH =~ $BAD_PATTERN', false],
    ['$BRANCH =~ $NO_PATTERN', false],
    ['$BRANCH =~ "/^ma/"', true],
    ['$BRANCH == "x" || $OTHER == "main"', true],
    ['$BRANCH == "main" || $UNSET && $EMPTY', true],
    ['($BRANCH == "main" || $UNSET) && $EMPTY', false],
    ['(($BRANCH))', true],
    ['$BRANCH&&$OTHER', true],
  ])('%s is %s', (text, wanted) => expect(evaluate(text)).toBe(wanted))

  test.each([
    ['', 'PIPELINE_EXPRESSION at 0'],
    ['$BRANCH ==', 'PIPELINE_EXPRESSION at 10'],
    ['$BRANCH == "main', 'PIPELINE_EXPRESSION at 11'],
    ['$BRANCH = "main"', 'PIPELINE_EXPRESSION at 8'],
    ['${BRANCH} == "main"', 'PIPELINE_EXPRESSION at 0'],
    ['$BRANCH =~ null', 'PIPELINE_EXPRESSION at 11'],
    ['/x/', 'PIPELINE_EXPRESSION at 0'],
    ['$BRANCH =~ /x/q', 'PIPELINE_PATTERN at 11'],
    ['($BRANCH', 'PIPELINE_EXPRESSION at 8'],
    ['$BRANCH)', 'PIPELINE_EXPRESSION at 7'],
    ['!($BRANCH)', 'PIPELINE_EXPRESSION at 0'],
    ['process.exit(7)', 'PIPELINE_EXPRESSION at 0'],
    ['$BRANCH == /x/', 'PIPELINE_EXPRESSION at 11'],
    ['$BRANCH =~ /(?=x)/', 'PIPELINE_PATTERN at 11'],
    ['$BRANCH =~ /(/', 'PIPELINE_PATTERN at 11'],
    ['$A $B', 'PIPELINE_EXPRESSION at 3'],
    [`${'('.repeat(200)}$A${')'.repeat(200)}`, 'PIPELINE_EXPRESSION at 100'],
  ])('%s is refused: %s', (text, wanted) => expect(evaluate(text)).toBe(wanted))

  test('a pattern that makes other engines hang ends at once', () => {
    const result = parseExpression('$TEXT =~ /^(a+)+$/')
    if (!result.ok) throw new Error(result.fault)
    expect(evaluateExpression(result.expression, () => `${'a'.repeat(20_000)}!`)).toBe(false)
  })
})

describe('parseExpression()', () => {
  test('never throws, on arbitrary text and on pieces of the grammar', () => {
    const piece = fc.constantFrom(
      '$A',
      '"x"',
      "'",
      '/r/i',
      '/',
      '(',
      ')',
      '&&',
      '||',
      '==',
      '!=',
      '=~',
      '!~',
      'null',
      ' ',
      '\\',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((pieces) => pieces.join('')),
    )
    fc.assert(
      fc.property(text, (source) => {
        const result = parseExpression(source)
        return result.ok
          ? typeof evaluateExpression(result.expression, () => null) === 'boolean'
          : result.offset >= 0 && result.offset <= source.length
      }),
      { numRuns: 500 },
    )
  })

  test('agrees with a plain evaluation of and, or and parentheses', () => {
    const { tree } = fc.letrec<{ tree: [string, boolean] }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<[string, boolean]>(['$BRANCH', true], ['$UNSET', false]),
        fc.tuple(tie('tree'), tie('tree')).map(([[a, x], [b, y]]): [string, boolean] => [`(${a} && ${b})`, x && y]),
        fc.tuple(tie('tree'), tie('tree')).map(([[a, x], [b, y]]): [string, boolean] => [`(${a}||${b})`, x || y]),
      ),
    }))
    fc.assert(fc.property(tree, ([text, wanted]) => evaluate(text) === wanted))
  })

  test('names the variables of an expression once each', () => {
    const result = parseExpression('$A == $B && ($A || $C =~ /x/)')
    expect(result.ok ? variablesOf(result.expression) : null).toEqual(['A', 'B', 'C'])
  })
})
