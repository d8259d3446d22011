import { sha256Hex } from '@sluice/kernel'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** `sha256-` and the digest of a text in base64, as `include:integrity` and HTML's subresource integrity write it. */
export function integrityOf(text: string): string {
  const bytes =
    sha256Hex(text)
      .match(/../g)
      ?.map((pair) => Number.parseInt(pair, 16)) ?? []
  let encoded = ''
  for (let index = 0; index < bytes.length; index += 3) {
    const [a = 0, b, c] = bytes.slice(index, index + 3)
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0)
    encoded += `${letters[bits >> 18]}${letters[(bits >> 12) & 63]}`
    encoded += b === undefined ? '=' : letters[(bits >> 6) & 63]
    encoded += c === undefined ? '=' : letters[bits & 63]
  }
  return `sha256-${encoded}`
}

/** Whether a text can be a digest: `sha256-` and 32 bytes in base64. */
export function isIntegrity(text: string): boolean {
  return /^sha256-[A-Za-z0-9+/]{43}=$/.test(text)
}
