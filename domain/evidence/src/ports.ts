/**
 * Signs bytes with one key, for as long as the process lives.
 *
 * Promises: the same key for every call; any number of calls at once; a signature covers exactly the bytes given, and
 * the caller may change them after the promise is settled only. `sign` rejects where the key cannot be used, and never
 * yields an empty signature. Nothing needs closing.
 */
export interface Signer {
  /** Names the key to verifiers; equal ids, equal keys. Not secret. */
  readonly keyId: string
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/**
 * Checks signatures of one public key.
 *
 * Promises: any number of calls at once; resolves to `false` for every signature that is not this key's over exactly
 * these bytes, whatever its length or content; it rejects only where the machine cannot verify at all.
 */
export interface Verifier {
  readonly keyId: string
  verify(bytes: Uint8Array, signature: Uint8Array): Promise<boolean>
}
