import { describe, expect, it } from 'vitest'
import { signStatement, verifyEnvelope } from '../src/dsse.ts'
import type { Signer, Verifier } from '../src/ports.ts'
import { encodeUtf8 } from '../src/text/encode-utf8.ts'

/** Two signers with different keys, each with its verifier. */
export interface SignerPair {
  one: Signer & { verifier: Verifier }
  other: Signer & { verifier: Verifier }
}

/** What every signer and verifier must do. `make` is called once a case. */
export function signerCases(name: string, make: () => Promise<SignerPair>): void {
  describe(`${name} as Signer and Verifier`, () => {
    const message = encodeUtf8('24 tests passed 通过')

    it('makes a signature that its own verifier accepts', async () => {
      const { one } = await make()
      const signature = await one.sign(message)
      expect(signature.length).toBeGreaterThan(0)
      expect(await one.verifier.verify(message, signature)).toBe(true)
    })

    it('has one key id with its verifier, and another than another key', async () => {
      const { one, other } = await make()
      expect(one.keyId).toBe(one.verifier.keyId)
      expect(one.keyId).not.toBe(other.keyId)
      expect(one.keyId).toMatch(/^[0-9a-f]{64}$/)
    })

    it('refuses a signature over other bytes', async () => {
      const { one } = await make()
      const signature = await one.sign(message)
      const changed = Uint8Array.from(message, (byte, index) => (index === 0 ? byte ^ 1 : byte))
      expect(await one.verifier.verify(changed, signature)).toBe(false)
    })

    it('refuses a signature of another key', async () => {
      const { one, other } = await make()
      expect(await one.verifier.verify(message, await other.sign(message))).toBe(false)
    })

    it.each([
      ['empty', []],
      ['short', [1, 2, 3]],
      ['long', Array.from({ length: 500 }, () => 7)],
    ])('says no to a signature that is %s instead of failing', async (_, bytes) => {
      const { one } = await make()
      expect(await one.verifier.verify(message, Uint8Array.from(bytes))).toBe(false)
    })

    it('signs an empty message and many at once', async () => {
      const { one } = await make()
      const messages = Array.from({ length: 20 }, (_, index) => new Uint8Array(index))
      const signatures = await Promise.all(messages.map((bytes) => one.sign(bytes)))
      const verified = await Promise.all(
        messages.map((bytes, at) => one.verifier.verify(bytes, signatures[at] ?? bytes)),
      )
      expect(verified).toEqual(messages.map(() => true))
    })

    it('carries a statement in an envelope', async () => {
      const { one, other } = await make()
      const statement = {
        _type: 'https://in-toto.io/Statement/v1' as const,
        subject: [{ name: 'card', digest: { gitCommit: 'abc' } }],
        predicateType: 'https://sluice.dev/attestation/coverage/v1',
        predicate: { lineRate: 0.913 },
      }
      const envelope = await signStatement(statement, one)
      expect(await verifyEnvelope(envelope, [other.verifier, one.verifier])).toEqual(statement)
      await expect(verifyEnvelope(envelope, [other.verifier])).rejects.toMatchObject({ code: 'EVIDENCE_BAD_SIGNATURE' })
    })
  })
}
