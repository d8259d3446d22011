import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyCarry, readLogPiece, readPartialLine, visibleLines, type LogLine } from './read-log.ts'

const esc = '\u001b'
const start = (name: string, at: number, options = '') => `section_start:${at}:${name}${options}\r${esc}[0K`
const end = (name: string, at: number) => `section_end:${at}:${name}\r${esc}[0K`
const textOf = (line: LogLine) => line.spans.map((span) => span.text).join('')
const read = (text: string) => readLogPiece(text, emptyCarry)

describe('readLogPiece()', () => {
  it('keeps empty lines and numbers them from 1', () => {
    expect(read('a\n\nb\n').lines.map((line) => [line.number, textOf(line)])).toEqual([
      [1, 'a'],
      [2, ''],
      [3, 'b'],
    ])
  })

  it('carries half a line into the next piece, and shows it meanwhile', () => {
    const first = read('one\ntw')
    expect(first.lines.map(textOf)).toEqual(['one'])
    expect(readPartialLine(first.carry).map((line) => [line.number, textOf(line)])).toEqual([[2, 'tw']])
    expect(readLogPiece('o\n', first.carry).lines.map((line) => [line.number, textOf(line)])).toEqual([[2, 'two']])
  })

  it('shows what a carriage return left standing', () => {
    expect(read('10%\r50%\r100%\nwindows\r\n').lines.map(textOf)).toEqual(['100%', 'windows'])
  })

  it('puts lines into their sections, nested ones too, and tells how long each took', () => {
    const piece = read(
      `${start('step', 100)}${esc}[36mrun${esc}[0m\ninside\n${start('inner', 101)}deep\nx\n${end('inner', 103)}\n${end('step', 107)}after\n`,
    )
    const [run, inside, deep, x, after] = piece.lines
    expect(piece.lines.map(textOf)).toEqual(['run', 'inside', 'deep', 'x', 'after'])
    expect(run?.section?.name).toBe('step')
    expect(inside?.within).toEqual([run?.section?.key])
    expect(x?.within).toEqual([run?.section?.key, deep?.section?.key])
    expect(after?.within).toEqual([])
    expect(Object.values(piece.durationsS)).toEqual([2, 7])
  })

  it('reads an end and a start that share a row', () => {
    const piece = read(`${start('a', 1)}A\n${end('a', 2)}${start('b', 2, '[collapsed=true]')}B\n${end('b', 3)}\n`)
    expect(piece.lines.map((line) => [textOf(line), line.section?.name, line.section?.collapsed])).toEqual([
      ['A', 'a', false],
      ['B', 'b', true],
    ])
  })

  it('gives a section without heading its name, and lets an end without start pass', () => {
    expect(read(`${start('get_sources', 1)}\n${end('nothing', 2)}\n`).lines.map(textOf)).toEqual(['get_sources'])
  })

  it('cuts a line without end into several', () => {
    const piece = read('x'.repeat(25_000))
    expect(piece.lines.map((line) => textOf(line).length)).toEqual([10_000, 10_000, 5000])
    expect(piece.carry.partial).toBe('')
  })

  it('gives the same lines however the text is cut into pieces', () => {
    const whole = `${start('a', 1)}A\n${esc}[31mred\nstill\n${end('a', 2)}${start('b', 2)}B\r\nx\ry\n${end('b', 9)}\nend\n`
    const expected = read(whole).lines
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 8 }), (cuts) => {
        const bounds = [0, ...cuts.toSorted((a, b) => a - b), whole.length]
        let carry = emptyCarry
        const lines: LogLine[] = []
        for (let at = 1; at < bounds.length; at += 1) {
          const piece = readLogPiece(whole.slice(bounds[at - 1], bounds[at]), carry)
          lines.push(...piece.lines)
          carry = piece.carry
        }
        expect(lines).toEqual(expected)
      }),
    )
  })
})

it('visibleLines() hides what is inside of a folded section and keeps its heading', () => {
  const { lines } = read(`before\n${start('a', 1)}A\nin\n${end('a', 2)}\nafter\n`)
  const key = lines[1]?.section?.key ?? ''
  expect(visibleLines(lines, new Set([key])).map(textOf)).toEqual(['before', 'A', 'after'])
  expect(visibleLines(lines, new Set())).toBe(lines)
})
