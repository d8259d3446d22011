import { expect, test } from 'vitest'
import { prefixPlainLines } from './prefix-plain-lines.ts'

function prefixed(text: string, from = 0): [string, number] | null {
  const found = prefixPlainLines(Buffer.from(text), from, 'job | ')
  return found === null ? null : [Buffer.from(found.lines).toString(), found.end]
}

test.each<[string, string, [string, number]]>([
  ['whole lines', 'one line\nand two\n', ['job | one line\njob | and two\n', 17]],
  ['what comes after the last line waits', 'one line of it\ntw', ['job | one line of it\n', 15]],
  ['blanks inside of lines stay', '\tone  line\n  and two \n', ['job | \tone  line\njob |   and two \n', 22]],
])('%s', (_, text, wanted) => expect(prefixed(text)).toEqual(wanted))

test('it begins where it is told to', () => {
  expect(prefixed('rest\nwhole line\n', 5)).toEqual(['job | whole line\n', 16])
  expect(prefixed('rest\n', 5)).toBeNull()
})

test.each([
  ['an empty line', 'one line\n\nand two\n'],
  ['a line of blanks', 'one line\n \t\nand two\n'],
  ['a colour', 'one \u001B[31mline\u001B[0m\n'],
  ['a carriage return', 'one line\r\n'],
  ['DEL', 'one line\u007F\n'],
  ['a letter beyond ASCII', 'one líne\n'],
  ['no end of a line', 'one line'],
])('%s is left to others', (_, text) => expect(prefixed(text)).toBeNull())

test('room is used where it is large enough', () => {
  const room = Buffer.alloc(100)
  const found = prefixPlainLines(Buffer.from('one line\n'), 0, 'job | ', room)
  expect(found?.lines.buffer).toBe(room.buffer)
  expect(prefixPlainLines(Buffer.from('one line\n'), 0, 'job | ', Buffer.alloc(9))?.lines).toHaveLength(15)
})

test('a prefix beyond ASCII is left to others, signs of a replacement are not', () => {
  expect(prefixPlainLines(Buffer.from('one line\n'), 0, '测试 | ')).toBeNull()
  expect(prefixPlainLines(Buffer.from('one\ntwo\n'), 0, '$& | ')?.lines.toString()).toBe('$& | one\n$& | two\n')
})
