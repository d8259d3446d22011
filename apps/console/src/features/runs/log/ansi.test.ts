import { describe, expect, it } from 'vitest'
import { plainStyle, plainText, readAnsi } from './ansi.ts'

const esc = '\u001b'
const look = (line: string) => readAnsi(line).spans.map(({ text, style }) => [text, style.color, style.bold])

describe('readAnsi()', () => {
  it.each([
    ['plain text', 'hello', [['hello', null, false]]],
    [
      'a colour and its end',
      `${esc}[32mok${esc}[0m done`,
      [
        ['ok', '2', false],
        [' done', null, false],
      ],
    ],
    ['bold with a colour', `${esc}[1;31mFAIL`, [['FAIL', '1', true]]],
    ['a bright colour', `${esc}[91mred`, [['red', '9', false]]],
    [
      'an empty SGR as reset',
      `${esc}[31mx${esc}[my`,
      [
        ['x', '1', false],
        ['y', null, false],
      ],
    ],
    ['256 colours: the cube', `${esc}[38;5;208mx`, [['x', '#ff8700', false]]],
    ['256 colours: the grey ramp', `${esc}[38;5;232mx`, [['x', '#080808', false]]],
    ['true colour', `${esc}[38;2;1;2;3mx`, [['x', '#010203', false]]],
    ['erase and cursor moves as nothing', `${esc}[0K${esc}[2Jx${esc}[1A`, [['x', null, false]]],
    [
      'links of terminals as their text',
      `${esc}]8;;https://example.org${esc}\\here${esc}]8;;${esc}\\`,
      [['here', null, false]],
    ],
    ['control characters as nothing', 'a\u0007b\u0000c', [['abc', null, false]]],
  ])('reads %s', (_, line, expected) => {
    expect(look(line)).toEqual(expected)
  })

  it('carries the style into the next line', () => {
    const first = readAnsi(`${esc}[33mwarn`)
    expect(readAnsi('still', first.style).spans[0]?.style.color).toBe('3')
    expect(readAnsi(`${esc}[39mplain`, first.style).style).toEqual(plainStyle)
  })
})

it('plainText() leaves nothing but the text', () => {
  expect(plainText(`${esc}[1;31mFAIL${esc}[0m x`)).toBe('FAIL x')
})
