/** How many columns a text takes in a terminal: Chinese, Japanese, Korean and emoji two a letter, marks none. */
export function displayWidth(text: string): number {
  // Most texts; and the tables of the rest take a millisecond to make.
  if (/^[ -~]*$/.test(text)) return text.length
  let width = 0
  for (const letter of text) width += letterWidth(letter)
  return width
}

const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u

function letterWidth(letter: string): number {
  if (/[\p{Mn}\p{Me}\p{Cf}]/u.test(letter)) return 0
  return wide.test(letter) ? 2 : 1
}

/** The text with spaces up to `width` columns. */
export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

/** The text, or its beginning and `…` where it takes more than `width` columns. */
export function cutTo(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let cut = ''
  let used = 1
  for (const letter of text) {
    used += letterWidth(letter)
    if (used > width) break
    cut += letter
  }
  return `${cut}…`
}
