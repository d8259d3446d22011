import { describe, expect, test } from 'vitest'
import { digestOf, sha256Hex } from './digest.ts'

describe('sha256Hex() against FIPS 180-4', () => {
  test.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ])('%#', (message, digest) => {
    expect(sha256Hex(message)).toBe(digest)
  })

  test('takes text as UTF-8', () => {
    expect(sha256Hex('水')).toBe(sha256Hex(Uint8Array.of(0xe6, 0xb0, 0xb4)))
  })
})

describe('digestOf()', () => {
  test('is SHA-256 over the canonical spelling', () => {
    expect(digestOf({ b: 1, a: 2 })).toBe(`sha256:${sha256Hex('{"a":2,"b":1}')}`)
  })

  test('is equal for equal values, whatever the order of their members', () => {
    expect(digestOf({ a: [1, 2], b: null })).toBe(digestOf({ b: null, a: [1, 2] }))
    expect(digestOf({ a: [1, 2] })).not.toBe(digestOf({ a: [2, 1] }))
  })
})
