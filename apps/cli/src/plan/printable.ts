/**
 * A text of the repository made safe for a terminal: control characters, which could move the cursor or forge lines,
 * and characters that turn the direction of writing are shown as `\u{1b}`.
 */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
