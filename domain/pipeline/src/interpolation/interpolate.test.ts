import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codesOfText, compileText, planOfText } from '../../testing/compile-text.ts'

describe('interpolation', () => {
  const big = 'x'.repeat(100_000)

  test.each([
    ['one text', `spec: {inputs: {a: {default: ${big}}}}\n---\nj: {script: "${'$[[ inputs.a ]]'.repeat(20)}"}`],
    [
      'many texts',
      `spec: {inputs: {a: {default: ${big}}}}\n---\nj:\n  script:\n${'    - "$[[ inputs.a ]] ."\n'.repeat(700)}`,
    ],
    [
      'many lists',
      `spec: {inputs: {a: {type: array, default: [${big}]}}}\n---\nj:\n  script:\n${'    - $[[ inputs.a ]]\n'.repeat(300)}`,
    ],
    [
      'many different blocks',
      `spec: {inputs: {a: {default: x}}}\n---\nj:\n  script:\n${Array.from({ length: 10_001 }, (_, n) => `    - $[[ inputs.a | truncate(${n},1) ]]\n`).join('')}`,
    ],
  ])('of %s that grow is a mistake', (_name, text) => expect(codesOfText(text)).toContain('PIPELINE_TOO_BIG'))

  test('a block of more than a kilobyte is a mistake', () => {
    const text = `spec: {inputs: {a: {default: x}}}\n---\nj: {script: "$[[ inputs.${'a'.repeat(1100)} ]]"}`
    expect(codesOfText(text)).toEqual(['PIPELINE_INTERPOLATION'])
  })

  test('a file without header keeps its blocks as they are', () => {
    const { jobs } = planOfText('j: {script: "echo $[[ inputs.a ]]"}')
    expect(jobs[0]?.script).toEqual(['echo $[[ inputs.a ]]'])
  })

  test('what is put in is not read again', () => {
    const { jobs } = planOfText(
      'spec: {inputs: {a: {default: "$[[ inputs.b ]]"}, b: {default: x}}}\n---\nj: {script: "echo $[[ inputs.a ]]"}',
    )
    expect(jobs[0]?.script).toEqual(['echo $[[ inputs.b ]]'])
  })

  test('never throws, whatever the block', () => {
    const piece = fc.constantFrom(
      'inputs.a',
      'inputs',
      '.',
      '|',
      'truncate(1,2)',
      'expand_vars',
      "split('x')",
      ' ',
      'matrix.X',
    )
    const block = fc.oneof(
      fc.array(piece).map((pieces) => pieces.join('')),
      fc.string(),
    )
    fc.assert(
      fc.property(block, (inside) => {
        const script = JSON.stringify(`x $[[ ${inside} ]] y`)
        return ['plan', 'mistakes'].includes(
          compileText(`spec: {inputs: {a: {default: x}}}\n---\nj: {script: ${script}}`).kind,
        )
      }),
    )
  })
})
