const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const values = new Map(Array.from(alphabet, (character, value) => [character, value]))

/** Base64 with padding, standard alphabet (RFC 4648, 4). */
export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    const letters = [18, 12, 6, 0].map((shift) => alphabet.charAt((group >> shift) & 63)).join('')
    parts.push(left === 1 ? `${letters.slice(0, 2)}==` : left === 2 ? `${letters.slice(0, 3)}=` : letters)
  }
  return parts.join('')
}

/**
 * The bytes of base64 in the standard or the URL-safe alphabet (RFC 4648, 4 and 5), padded or not: DSSE 1.0.2 lets a
 * producer choose. One text for some bytes only: left-over bits must be zero.
 * @returns `null` where the text is not base64.
 */
export function fromBase64(text: string): Uint8Array | null {
  const standard = text.replaceAll('-', '+').replaceAll('_', '/')
  const body = standard.replace(/={1,2}$/, '')
  const padded = standard.length > body.length
  if (body.length % 4 === 1 || (padded && standard.length % 4 !== 0)) return null
  const bytes = new Uint8Array(Math.floor((body.length * 3) / 4))
  let bits = 0
  let collected = 0
  let filled = 0
  for (const character of body) {
    const value = values.get(character)
    if (value === undefined) return null
    collected = ((collected << 6) | value) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[filled++] = (collected >> bits) & 0xff
  }
  return (collected & ((1 << bits) - 1)) === 0 ? bytes : null
}
