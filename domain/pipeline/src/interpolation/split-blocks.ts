import { limits } from '../limits.ts'

/** A piece of a text: as it is, or `$[[ … ]]`. */
export type TextPart = { kind: 'text'; text: string } | { kind: 'block'; source: string; expression: string }

/**
 * Splits a text at its interpolation blocks. As in GitLab, a block holds at least two characters and no line end but at
 * its edges; anything else that looks like one is text. Never throws; linear in the length of the text.
 */
export function splitBlocks(text: string): TextPart[] {
  const parts: TextPart[] = []
  let done = 0
  let end = -1
  for (let start = text.indexOf('$[['); start !== -1; start = text.indexOf('$[[', start)) {
    if (end < start + 3) end = text.indexOf(']]', start + 3)
    if (end === -1) break
    const expression = expressionIn(text, start + 3, end)
    if (expression === null) {
      start += 3
      continue
    }
    if (start > done) parts.push({ kind: 'text', text: text.slice(done, start) })
    parts.push({ kind: 'block', source: text.slice(start, end + 2), expression })
    done = end + 2
    start = done
  }
  if (done < text.length) parts.push({ kind: 'text', text: text.slice(done) })
  return parts
}

/** Room for spaces around what a block may hold. */
const longest = 4 * limits.blockLength

/** What a block holds, without the spaces around it; one that is far too long is cut, and still too long. */
function expressionIn(text: string, start: number, end: number): string | null {
  const expression = text.slice(start, Math.min(end, start + longest)).trim()
  return expression.length < 2 || expression.includes('\n') ? null : expression
}
