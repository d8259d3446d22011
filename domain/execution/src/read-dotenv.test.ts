import { SluiceError } from '@sluice/kernel'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dotenvLimits, readDotenv } from './read-dotenv.ts'

const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(
    [...encodeURIComponent(text).matchAll(/%([0-9A-F]{2})|(.)/g)].map(([, hex, plain = '']) =>
      hex === undefined ? plain.charCodeAt(0) : Number.parseInt(hex, 16),
    ),
  )
const read = (...texts: string[]): Record<string, string> =>
  Object.fromEntries(
    readDotenv(texts.map((text, index) => ({ path: `${index}.env`, bytes: bytesOf(text) }))).map(({ key, value }) => [
      key,
      value,
    ]),
  )

describe('readDotenv()', () => {
  it.each<[string, string[], Record<string, string>]>([
    ['nothing', [''], {}],
    ['one line', ['A=b\n'], { A: 'b' }],
    ['no line break at the end', ['A=b'], { A: 'b' }],
    ['line breaks of Windows and a byte order mark', ['\uFEFFA=b\r\nC=d\r\n'], { A: 'b', C: 'd' }],
    ['blanks and quotes', [' A = "b c" \n'], { A: '"b c"' }],
    ['equals signs and nothing in a value', ['A=b=c\nD=\n'], { A: 'b=c', D: '' }],
    ['other letters', ['A=值\n'], { A: '值' }],
    ['a name twice, in two files', ['A=b\nA=c\n', 'A=d\n'], { A: 'd' }],
  ])('takes %s', (_, texts, variables) => {
    expect(read(...texts)).toEqual(variables)
  })

  it.each([
    ['an empty line', 'A=b\n\nC=d\n', 'line 2 has no "="'],
    ['a comment', '# note\n', 'line 1 has no "="'],
    ['a comment with an equals sign', '#A=b\n', 'line 1 has a name'],
    ['a name with a hyphen', 'A-B=c\n', 'line 1 has a name'],
    ['a name that begins with a digit', '1A=c\n', 'line 1 has a name'],
    ['too many bytes', `A=${'x'.repeat(dotenvLimits.sizeBytes)}\n`, `wanted ${dotenvLimits.sizeBytes} at most`],
    [
      'too many variables',
      Array.from({ length: dotenvLimits.variables + 1 }, (_, index) => `A${index}=b\n`).join(''),
      'it has 21 variables; wanted 20 at most',
    ],
  ])('refuses %s', (_, text, fault) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'EXECUTION_DOTENV', status: 422 }))
    expect(() => read(text)).toThrow(fault)
  })

  it('refuses what is no UTF-8', () => {
    expect(() => readDotenv([{ path: 'a', bytes: Uint8Array.of(65, 61, 0xff) }])).toThrow('it is not UTF-8')
  })

  it('gives variables or a named fault for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(readDotenv([{ path: 'a', bytes }]).every(({ key }) => /^\w+$/.test(key))).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(SluiceError)
        }
      }),
    )
  })
})
