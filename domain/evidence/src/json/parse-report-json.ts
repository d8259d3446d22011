import type { Place } from '@sluice/kernel'
import { reportFault } from '../fault.ts'
import { decodeWhole } from '../text/decode-text.ts'

/**
 * Parses a report in JSON.
 * @throws SluiceError EVIDENCE_TRUNCATED where it ends inside a value, else EVIDENCE_NOT_JSON
 */
export function parseReportJson(bytes: Uint8Array, path: string): unknown {
  const text = decodeWhole(bytes)
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    const end = endsInside(text)
    if (end) throw reportFault('EVIDENCE_TRUNCATED', { path, ...lastPlace(text) }, `it ends inside ${end}`, error)
    const message = error instanceof Error ? error.message : String(error)
    throw reportFault('EVIDENCE_NOT_JSON', placeIn(message, path), `it is not JSON: ${message.slice(0, 200)}`, error)
  }
}

/** Which value is still open at the end of the text; `null` where the brackets close, or never opened. */
function endsInside(text: string): string | null {
  const open: string[] = []
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (inString) {
      if (character === '\\') at += 1
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '{' || character === '[') open.push(character)
    else if (character === '}' || character === ']') open.pop()
  }
  if (!/^\s*[{[]/.test(text)) return null
  if (inString) return 'a string'
  return open.length === 0 ? null : open.at(-1) === '{' ? 'an object' : 'a list'
}

function lastPlace(text: string): { line: number; column: number } {
  const lines = text.split('\n')
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
}

function placeIn(message: string, path: string): Place {
  const found = /line (\d+) column (\d+)/.exec(message)
  return found ? { path, line: Number(found[1]), column: Number(found[2]) } : { path }
}
