import { stripVTControlCharacters } from 'node:util'

/** Begins every escape sequence (ECMA-48). */
const escape = '\u001B'
/** GitLab's marks of sections. */
const sectionMark = new RegExp(String.raw`section_(?:start|end):\d+:[^\r\n]*\r${escape}\[0K`, 'g')
/** An escape sequence of colours (SGR), as a group: splitting by it keeps it. */
const colourSequence = new RegExp(String.raw`(${escape}\[[0-9;]*m)`)

/** A line of a job made safe for a terminal; empty where nothing of it would be seen. */
export function safeLine(text: string, colour: boolean): string {
  const shown = text.replaceAll(sectionMark, '').replaceAll('\r', '')
  const safe = colour ? keepColours(shown) : stripVTControlCharacters(shown)
  return stripVTControlCharacters(safe).trim() === '' ? '' : safe
}

/** Colours may stay; what moves the cursor or speaks to the terminal may not. */
function keepColours(text: string): string {
  const parts = text.split(colourSequence)
  const clean = parts.map((part, index) =>
    index % 2 === 1 ? part : stripVTControlCharacters(part).replaceAll(/[^\P{Cc}\t]/gu, ''),
  )
  const reset = parts.length > 1 ? '\u001B[0m' : ''
  return clean.join('') + reset
}
