import { utf8ToBytes } from '@noble/hashes/utils.js'

/** UTF-8 bytes of a text. */
export function encodeUtf8(text: string): Uint8Array {
  return utf8ToBytes(text)
}
