import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeWhole } from './decode-text.ts'

describe('decodeWhole()', () => {
  it('agrees with the decoder of the WHATWG Encoding Standard on all bytes', () => {
    const near = fc.constantFrom(0x00, 0x41, 0x80, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5)
    const bytes = fc.array(fc.oneof(near, fc.nat(255))).map((values) => Uint8Array.from([0x20, ...values]))
    fc.assert(
      fc.property(bytes, (value) => {
        expect(decodeWhole(value)).toBe(new TextDecoder().decode(value))
      }),
      { numRuns: 2000 },
    )
  })

  it('joins what lies on both sides of a chunk', () => {
    const text = `${'a'.repeat(16_383)}😀通过`
    expect(decodeWhole(new TextEncoder().encode(text))).toBe(text)
  })
})
