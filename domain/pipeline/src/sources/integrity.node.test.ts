import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { integrityOf, isIntegrity } from './integrity.ts'

describe('integrityOf()', () => {
  test('is that of Node over the UTF-8 bytes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
        (text) => {
          expect(integrityOf(text)).toBe(`sha256-${createHash('sha256').update(text).digest('base64')}`)
        },
      ),
    )
  })

  test.each([
    [integrityOf(''), true],
    ['sha256-abc', false],
    ['sha384-abc', false],
  ])('isIntegrity(%j) is %j', (text, wanted) => expect(isIntegrity(text)).toBe(wanted))
})
