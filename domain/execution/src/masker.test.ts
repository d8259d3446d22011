import { assert, constantFrom, array, nat, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMasker } from './masker.ts'

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))
const text = (parts: Uint8Array[]): string => parts.map((part) => String.fromCharCode(...part)).join('')

function masked(values: string[], chunks: string[]): string {
  const masker = createMasker(values)
  return text([...chunks.map((chunk) => masker.push(bytes(chunk))), masker.flush()])
}

describe('createMasker', () => {
  it.each([
    ['a secret', ['s3cr3t-token'], ['x s3cr3t-token y'], 'x [MASKED] y'],
    ['a secret across chunks', ['s3cr3t-token'], ['x s3c', 'r3t-', 'token y'], 'x [MASKED] y'],
    ['every occurrence', ['s3cr3t-token'], ['s3cr3t-tokens3cr3t-token'], '[MASKED][MASKED]'],
    ['the longest of two', ['password', 'password-long'], ['password-long password'], '[MASKED] [MASKED]'],
    ['a false start', ['s3cr3t-token'], ['s3cr3t-tok', 's3cr3t-token'], 's3cr3t-tok[MASKED]'],
    ['a beginning at the end', ['s3cr3t-token'], ['s3cr3t'], 's3cr3t'],
    ['nothing short', ['short'], ['short'], 'short'],
    ['a line of several', ['first-line\nsecond-line'], ['a second-line'], 'a [MASKED]'],
  ])('masks %s', (_, values, chunks, expected) => {
    expect(masked(values, chunks)).toBe(expected)
  })

  it.each([
    ['czNjcjN0LXRva2Vu', 's3cr3t-token'],
    // user:s3cr3t-token and ab:s3cr3t-token, at the two other alignments
    ['dXNlcjpzM2NyM3QtdG9rZW4=', 's3cr3t-token'],
    ['YWI6czNjcjN0LXRva2Vu', 's3cr3t-token'],
  ])('masks Base64 %s', (encoded, value) => {
    expect(masked([value], [encoded])).toContain('[MASKED]')
    expect(masked([value], [encoded])).not.toContain('NyM3QtdG9r')
  })

  it('shows at once what cannot begin a secret', () => {
    expect(text([createMasker(['s3cr3t-token']).push(bytes('plain text\n'))])).toBe('plain text\n')
  })

  it('does the same however the stream is cut', () => {
    const piece = constantFrom('aab', 'aabaabaabc', 'b', 'aabaab', '-', 'c')
    assert(
      property(array(piece, { maxLength: 30 }), array(nat(60), { maxLength: 8 }), (pieces, cuts) => {
        const whole = pieces.join('')
        const points = [0, ...cuts.filter((cut) => cut < whole.length).toSorted((a, b) => a - b), whole.length]
        const chunks = points.slice(1).map((end, index) => whole.slice(points[index], end))
        expect(masked(['aabaabaabc', 'aabaabaab'], chunks)).toBe(masked(['aabaabaabc', 'aabaabaab'], [whole]))
      }),
    )
  })
})
