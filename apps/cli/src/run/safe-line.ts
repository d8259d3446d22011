import { stripVTControlCharacters } from 'node:util'

// oxlint-disable-next-line no-control-regex -- GitLab's marks of sections begin with these characters
const sectionMark = /section_(?:start|end):\d+:[^\r\n]*\r\u001B\[0K/g

/** A line of a job made safe for a terminal; empty where nothing of it would be seen. */
export function safeLine(text: string, colour: boolean): string {
  const shown = text.replaceAll(sectionMark, '').replaceAll('\r', '')
  const safe = colour ? keepColours(shown) : stripVTControlCharacters(shown)
  return stripVTControlCharacters(safe).trim() === '' ? '' : safe
}

/** Colours may stay; what moves the cursor or speaks to the terminal may not. */
function keepColours(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the escape sequences of colours (ECMA-48, SGR)
  const parts = text.split(/(\u001B\[[0-9;]*m)/)
  // oxlint-disable-next-line no-control-regex -- every other control character but the tabulator
  const clean = parts.map((part, index) =>
    index % 2 === 1 ? part : stripVTControlCharacters(part).replaceAll(/[^\P{Cc}\t]/gu, ''),
  )
  const reset = parts.length > 1 ? '\u001B[0m' : ''
  return clean.join('') + reset
}
