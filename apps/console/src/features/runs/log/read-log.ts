/**
 * A job's log as lines. Read piece by piece: what one piece leaves open (half a line, a colour, open sections) is
 * carried into the next, so that reading never starts over.
 *
 * Section markers are GitLab's: `section_start:<unix time>:<name>[options]\r\e[0K<heading>` and `section_end:…`.
 */
import { plainStyle, plainText, readAnsi, type AnsiSpan, type AnsiStyle } from './ansi.ts'

export interface LogLine {
  /** Counts from 1. */
  number: number
  spans: AnsiSpan[]
  /** Sections that the line lies in, outermost first, by key. */
  within: readonly string[]
  /** Set on the line that heads a section. */
  section: LogSection | null
}

export interface LogSection {
  /** Its name and the line that it starts on: names may come again. */
  key: string
  name: string
  startedAtS: number
  collapsed: boolean
}

/** What the next piece needs to know. */
export interface LogCarry {
  partial: string
  style: AnsiStyle
  open: readonly { key: string; name: string }[]
  nextNumber: number
}

export const emptyCarry: LogCarry = { partial: '', style: plainStyle, open: [], nextNumber: 1 }

/** A line that is longer is cut into several, so that no page has to lay out a megabyte in one. */
const lineCharactersMax = 10_000

export interface LogPiece {
  lines: LogLine[]
  /** Seconds that ended sections took, by key. */
  durationsS: Record<string, number>
  carry: LogCarry
}

/** Reads one more piece of text. Only whole lines come out; the rest stays in `carry.partial`. */
export function readLogPiece(text: string, carry: LogCarry): LogPiece {
  const rows = (carry.partial + text).split('\n')
  const partial = rows.pop() ?? ''
  const piece: LogPiece = { lines: [], durationsS: {}, carry }
  for (const row of rows) readRow(row, piece)
  if (partial.length > lineCharactersMax) {
    readRow(partial, piece)
    return piece
  }
  piece.carry = { ...piece.carry, partial }
  return piece
}

/** The last, unfinished line as it would look now; none when the log ends with a line's end. */
export function readPartialLine(carry: LogCarry): LogLine[] {
  return carry.partial === '' ? [] : readLogPiece('\n', carry).lines
}

// oxlint-disable-next-line no-control-regex -- markers end in an escape sequence
const marker = /section_(start|end):(\d+):([A-Za-z0-9_.-]+)(?:\[([^\]]*)\])?\r?(?:\u001b\[0K)?/g

// One row may hold several markers: an end and a start follow each other without a line's end.
function readRow(row: string, piece: LogPiece): void {
  let text = ''
  let from = 0
  let heading: LogSection | null = null
  for (const match of row.matchAll(marker)) {
    text += row.slice(from, match.index)
    from = match.index + match[0].length
    if (match[1] === 'start') {
      flush(text, heading, piece)
      text = ''
      heading = openSection(match, piece)
    } else {
      flush(text, heading, piece)
      text = ''
      heading = null
      closeSection(match, piece)
    }
  }
  text += row.slice(from)
  if (from === 0 || heading !== null || visible(text)) pushLine(text, heading, piece)
}

function flush(text: string, heading: LogSection | null, piece: LogPiece): void {
  if (heading !== null || visible(text)) pushLine(text, heading, piece)
}

function visible(text: string): boolean {
  return plainText(text).trim() !== ''
}

function openSection(match: RegExpMatchArray, piece: LogPiece): LogSection {
  const name = match[3] ?? ''
  return {
    key: `${name}@${match[2]}@${piece.carry.nextNumber}`,
    name,
    startedAtS: Number(match[2]),
    collapsed: /\bcollapsed=true\b/.test(match[4] ?? ''),
  }
}

function closeSection(match: RegExpMatchArray, piece: LogPiece): void {
  const open = piece.carry.open
  const at = open.findLastIndex((section) => section.name === match[3])
  const section = open[at]
  if (section === undefined) return
  piece.durationsS[section.key] = Math.max(0, Number(match[2]) - Number(section.key.split('@').at(-2)))
  piece.carry = { ...piece.carry, open: open.slice(0, at) }
}

function pushLine(text: string, heading: LogSection | null, piece: LogPiece): void {
  // A carriage return starts the line again, as progress bars do; what it overwrote is not shown.
  const shown = text.replace(/\r+$/, '').split('\r').at(-1) ?? ''
  for (let from = 0; from === 0 || from < shown.length; from += lineCharactersMax) {
    const { spans, style } = readAnsi(shown.slice(from, from + lineCharactersMax), piece.carry.style)
    const open = piece.carry.open
    piece.lines.push({
      number: piece.carry.nextNumber,
      spans: heading !== null && spans.length === 0 ? [{ text: heading.name, style }] : spans,
      within: open.map((section) => section.key),
      section: from === 0 ? heading : null,
    })
    piece.carry = {
      ...piece.carry,
      partial: '',
      style,
      open: from === 0 && heading !== null ? [...open, heading] : open,
      nextNumber: piece.carry.nextNumber + 1,
    }
  }
}

/** The lines to show: those that lie in no folded section. The heading of a folded section stays. */
export function visibleLines(lines: readonly LogLine[], folded: ReadonlySet<string>): readonly LogLine[] {
  return folded.size === 0 ? lines : lines.filter((line) => !line.within.some((key) => folded.has(key)))
}
