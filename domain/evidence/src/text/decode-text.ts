const chunkUnits = 16_384
const replacement = 0xfffd

/** Encodings that reports are met in; everything else is read as UTF-8. */
export type TextEncodingName = 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin1'

/**
 * The text of the bytes, in chunks of some thousand characters. A byte order mark is left out. What is not valid
 * becomes U+FFFD, as in the WHATWG Encoding Standard, so that one bad byte in a log does not lose a report.
 */
export function* decodeText(bytes: Uint8Array, encoding: TextEncodingName): Generator<string> {
  const nextPoint = { 'utf-8': utf8Point, 'utf-16le': utf16Unit(0), 'utf-16be': utf16Unit(1), latin1: latin1Point }[
    encoding
  ]
  const units = new Uint16Array(chunkUnits + 1)
  let at = byteOrderMark(bytes)?.length ?? 0
  while (at < bytes.length) {
    let filled = 0
    while (filled < chunkUnits && at < bytes.length) {
      const packed = nextPoint(bytes, at)
      at += packed & 7
      filled = append(units, filled, packed >>> 3)
    }
    yield String.fromCharCode.apply(null, units.subarray(0, filled) as unknown as number[])
  }
}

/** The whole text at once, UTF-8 unless a byte order mark says otherwise. */
export function decodeWhole(bytes: Uint8Array): string {
  return [...decodeText(bytes, byteOrderMark(bytes)?.encoding ?? 'utf-8')].join('')
}

/** The byte order mark at the start, if any. */
export function byteOrderMark(bytes: Uint8Array): { encoding: TextEncodingName; length: number } | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { encoding: 'utf-8', length: 3 }
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: 'utf-16le', length: 2 }
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: 'utf-16be', length: 2 }
  return null
}

function append(units: Uint16Array, filled: number, point: number): number {
  if (point < 0x10000) {
    units[filled] = point
    return filled + 1
  }
  units[filled] = 0xd800 + ((point - 0x10000) >> 10)
  units[filled + 1] = 0xdc00 + ((point - 0x10000) & 0x3ff)
  return filled + 2
}

/** Code point and number of bytes in one integer: this runs once a character of files of 100 MB. */
const pack = (point: number, length: number): number => (point << 3) | length

const latin1Point = (bytes: Uint8Array, at: number): number => pack(bytes[at] ?? 0, 1)

function utf16Unit(highAt: 0 | 1): (bytes: Uint8Array, at: number) => number {
  return (bytes, at) => {
    const [first, second] = [bytes[at] ?? 0, bytes[at + 1]]
    if (second === undefined) return pack(replacement, 1)
    return pack(highAt === 0 ? (second << 8) | first : (first << 8) | second, 2)
  }
}

/** One character of UTF-8 (RFC 3629, 4); the longest wrong start counts as one U+FFFD. */
function utf8Point(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return pack(first, 1)
  const length =
    first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0
  if (length === 0) return pack(replacement, 1)
  let point = first & (0xff >> (length + 1))
  for (let index = 1; index < length; index++) {
    const next = bytes[at + index] ?? 0
    if (next < secondMin(first, index) || next > secondMax(first, index)) return pack(replacement, index)
    point = (point << 6) | (next & 0x3f)
  }
  return pack(point, length)
}

/** Overlong forms are refused … */
const secondMin = (first: number, index: number): number =>
  index === 1 && first === 0xe0 ? 0xa0 : index === 1 && first === 0xf0 ? 0x90 : 0x80

/** … and so are surrogates and what lies beyond U+10FFFF. */
const secondMax = (first: number, index: number): number =>
  index === 1 && first === 0xed ? 0x9f : index === 1 && first === 0xf4 ? 0x8f : 0xbf
