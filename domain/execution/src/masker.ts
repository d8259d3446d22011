import { concatBytes } from './concat-bytes.ts'

/** Replaces secrets in a stream of bytes, also where a secret lies across two chunks. */
export interface Masker {
  /** What is safe to show so far; the rest is kept until more arrives. */
  push(chunk: Uint8Array): Uint8Array
  /** The rest, at the end of the stream. */
  flush(): Uint8Array
}

/** GitLab masks no value that is shorter. */
export const minMaskedCharacters = 8

const replacement = utf8('[MASKED]')

/**
 * Makes a masker for these values. A value of several lines is masked whole and line by line; each value also in
 * Base64 (RFC 4648, both alphabets, any alignment), as `echo "$USER:$PASSWORD" | base64` would show it.
 */
export function createMasker(values: readonly string[]): Masker {
  const needles = needlesByFirstByte(values)
  if (needles.size === 0) return { push: (chunk) => chunk, flush: () => new Uint8Array() }
  // One look in a table for a byte that begins no secret: nearly all of them.
  const isFirst = new Uint8Array(256)
  for (const first of needles.keys()) isFirst[first] = 1
  let rest: Uint8Array = new Uint8Array()
  const scan = (bytes: Uint8Array, atEnd: boolean): Uint8Array => {
    const scanned = replaceNeedles(bytes, needles, isFirst, atEnd)
    rest = scanned.rest
    return scanned.shown
  }
  return {
    push: (chunk) => scan(rest.length === 0 ? chunk : concatBytes([rest, chunk]), false),
    flush: () => scan(rest, true),
  }
}

/** A text that is whole, with the values masked. */
export function maskedText(values: readonly string[], text: string): Uint8Array {
  const masker = createMasker(values)
  return concatBytes([masker.push(utf8(text)), masker.flush()])
}

type Needles = Map<number, Uint8Array[]>

function replaceNeedles(
  bytes: Uint8Array,
  needles: Needles,
  isFirst: Uint8Array,
  atEnd: boolean,
): { shown: Uint8Array; rest: Uint8Array } {
  const parts: Uint8Array[] = []
  let start = 0
  let at = 0
  for (;;) {
    while (at < bytes.length && isFirst[bytes[at] ?? 0] === 0) at += 1
    if (at >= bytes.length) break
    const candidates = needles.get(bytes[at] ?? -1)
    const match = candidates === undefined ? 0 : longestMatch(bytes, at, candidates, atEnd)
    if (match === 'unsure') break
    if (match === 0) at += 1
    else {
      parts.push(bytes.subarray(start, at), replacement)
      at += match
      start = at
    }
  }
  parts.push(bytes.subarray(start, at))
  return { shown: parts.length === 1 ? bytes.subarray(start, at) : concatBytes(parts), rest: bytes.slice(at) }
}

/** Length of the longest needle here, 0 for none; `unsure` while a longer one may still come. Needles: longest first. */
function longestMatch(
  bytes: Uint8Array,
  at: number,
  needles: readonly Uint8Array[],
  atEnd: boolean,
): number | 'unsure' {
  for (const needle of needles) {
    const available = Math.min(needle.length, bytes.length - at)
    let same = 1
    while (same < available && bytes[at + same] === needle[same]) same += 1
    if (same === needle.length) return same
    if (same === available && !atEnd) return 'unsure'
  }
  return 0
}

function needlesByFirstByte(values: readonly string[]): Needles {
  const texts = new Set(values.flatMap((value) => [value, ...value.split(/\r?\n/)]).filter(isLongEnough))
  const needles: Needles = new Map()
  for (const text of new Set([...texts].flatMap((text) => [text, ...base64Forms(utf8(text))]))) {
    const bytes = utf8(text)
    const first = bytes[0] ?? 0
    needles.set(first, [...(needles.get(first) ?? []), bytes])
  }
  for (const list of needles.values()) list.sort((a, b) => b.length - a.length)
  return needles
}

const isLongEnough = (text: string): boolean => text.length >= minMaskedCharacters

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The characters that a value is sure to leave in Base64, at each of the three alignments, in both alphabets. */
function base64Forms(bytes: Uint8Array): string[] {
  const forms = [0, 1, 2].map((shift) => {
    let bits = ''
    for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
    const skipped = (6 - ((shift * 8) % 6)) % 6
    let text = ''
    for (let at = skipped; at + 6 <= bits.length; at += 6)
      text += alphabet.charAt(Number.parseInt(bits.slice(at, at + 6), 2))
    return text
  })
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]).filter(isLongEnough)
}

function utf8(text: string): Uint8Array {
  const bytes: number[] = []
  const encoded = encodeURIComponent(text.toWellFormed())
  for (let at = 0; at < encoded.length; at += 1) {
    if (encoded.charAt(at) === '%') {
      bytes.push(Number.parseInt(encoded.slice(at + 1, at + 3), 16))
      at += 2
    } else bytes.push(encoded.charCodeAt(at))
  }
  return Uint8Array.from(bytes)
}
