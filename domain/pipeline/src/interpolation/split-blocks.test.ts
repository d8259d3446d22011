import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitBlocks } from './split-blocks.ts'

const joined = (text: string): string =>
  splitBlocks(text)
    .map((part) => (part.kind === 'text' ? part.text : `<${part.expression}>`))
    .join('|')

describe('splitBlocks()', () => {
  test.each([
    ['', ''],
    ['make', 'make'],
    ['$[[ inputs.a ]]', '<inputs.a>'],
    ['$[[inputs.a]]', '<inputs.a>'],
    ['x $[[ inputs.a ]] y $[[ inputs.b | truncate(1,2) ]]z', 'x |<inputs.a>| y |<inputs.b | truncate(1,2)>|z'],
    ['$[[ inputs.a ]]$[[ inputs.a ]]', '<inputs.a>|<inputs.a>'],
    ['$[[\n inputs.a\n]]', '<inputs.a>'],
    ['$[[ inputs\n.a ]]', '$[[ inputs\n.a ]]'],
    ['$[[\n[ $[[ inputs.a ]]', '<[ $[[ inputs.a>'],
    ['$[[ a ]]', '$[[ a ]]'],
    ['$[[ ]]', '$[[ ]]'],
    ['$[[ inputs.a', '$[[ inputs.a'],
    ['if [[ $A ]]; then', 'if [[ $A ]]; then'],
  ])('%j', (text, wanted) => expect(joined(text)).toBe(wanted))

  test('takes time in proportion to the text', () => {
    const length = 300_000
    expect(splitBlocks('$[[\n'.repeat(length))).toHaveLength(1)
    expect(splitBlocks(`${'$[[\nx\n'.repeat(length)} ]]`)).toHaveLength(1)
  })

  const piece = fc.constantFrom('$[[', ']]', '$', '[[', ' ', '\n', '|', 'inputs.a', 'x')
  const text = fc.oneof(
    fc.string(),
    fc.array(piece).map((pieces) => pieces.join('')),
  )

  test('never throws and loses nothing', () => {
    fc.assert(
      fc.property(text, (whole) => {
        const parts = splitBlocks(whole)
        return parts.map((part) => (part.kind === 'text' ? part.text : part.source)).join('') === whole
      }),
    )
  })

  test('a text without the sign of a block is one piece', () => {
    fc.assert(
      fc.property(
        text.filter((whole) => whole !== '' && !whole.includes('$[[')),
        (whole) => {
          expect(splitBlocks(whole)).toEqual([{ kind: 'text', text: whole }])
        },
      ),
    )
  })
})
