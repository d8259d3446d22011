/**
 * Leaves out a character of UTF-8 that is cut at the end, so that the next piece begins with it. Bytes that are no
 * UTF-8 are kept.
 */
export function wholeCharacters(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (isContinuation(byte)) continue
    return lengthOf(byte) > back ? bytes.subarray(0, bytes.length - back) : bytes
  }
  return bytes
}

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80

/** Bytes of the character that begins with this one (RFC 3629, 3). */
function lengthOf(first: number): number {
  if (first >= 0xf0) return 4
  if (first >= 0xe0) return 3
  return first >= 0xc0 ? 2 : 1
}
