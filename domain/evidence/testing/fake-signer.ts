import { sha256Hex } from '@sluice/kernel'
import type { Signer, Verifier } from '../src/ports.ts'
import { encodeUtf8 } from '../src/text/encode-utf8.ts'

/** A signer for tests that behaves: a keyed hash, so that another key or one changed byte is found out. Not a secret. */
export function fakeSigner(key = 'test-key'): Signer & { verifier: Verifier } {
  const keyId = sha256Hex(`id of ${key}`)
  const signature = (bytes: Uint8Array): string => sha256Hex(`${key}:${sha256Hex(bytes)}`)
  return {
    keyId,
    sign: async (bytes) => encodeUtf8(signature(bytes)),
    verifier: {
      keyId,
      verify: async (bytes, given) => {
        const wanted = encodeUtf8(signature(bytes))
        return given.length === wanted.length && given.every((byte, index) => byte === wanted[index])
      },
    },
  }
}
