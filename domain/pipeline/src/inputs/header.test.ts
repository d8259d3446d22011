import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codesOfText, compileText } from '../../testing/compile-text.ts'

const word = fc.constantFrom(
  'inputs',
  'include',
  'component',
  'a',
  'b',
  'type',
  'default',
  'options',
  'regex',
  'rules',
  'if',
  '<<',
)
const leaf = fc.constantFrom(
  'string',
  'number',
  'boolean',
  'array',
  'null',
  '5',
  'true',
  'version',
  "'('",
  '\'$[[ inputs.a ]] == "x"\'',
  "'$[[ inputs.b ]] =~ /x/ || $[[ inputs.a ]] == true'",
  '!reference [a, b]',
  '*x',
)
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc
      .array(fc.tuple(word, tie('value')), { maxLength: 4 })
      .map((entries) => `{${entries.map(([key, item]) => `${key}: ${item}`).join(', ')}}`),
  ),
}))
const given = fc.dictionary(
  fc.constantFrom('a', 'b', 'c'),
  fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(['x'])),
)

describe('a header', () => {
  test('of any shape, with any inputs, gives a plan or mistakes with a place', () => {
    fc.assert(
      fc.property(value, value, given, (spec, definition, inputs) => {
        const text = `spec: ${spec}\n---\nj: { script: "$[[ inputs.a ]] $[[ component.version ]]" }\n`
        const own = `spec: { inputs: { a: ${definition}, b: ${definition} } }\n---\nj: { script: "x $[[ inputs.a ]]" }\n`
        for (const file of [text, own]) {
          const result = compileText(file, { inputs })
          expect(['plan', 'wanted', 'mistakes']).toContain(result.kind)
          if (result.kind !== 'mistakes') continue
          expect(result.mistakes.every(({ place }) => place.line >= 1 && place.column >= 1)).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })

  const many = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`i${index}`, 'x']))

  test.each([
    ['an input twice', 'a: , a', {}, 'PIPELINE_DUPLICATE_KEY'],
    ['21 inputs of a request', Object.keys(many).join(': , '), many, 'PIPELINE_INPUT_VALUE'],
  ])('%s is a mistake', (_name, definitions, inputs, code) => {
    const text = `spec: { inputs: { ${definitions}: } }\n---\nj: { script: "true" }\n`
    expect(codesOfText(text, { inputs })).toEqual([code])
  })
})
