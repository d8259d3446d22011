import { StringDecoder } from 'node:string_decoder'
import { stripVTControlCharacters } from 'node:util'
import pc from 'picocolors'
import { displayWidth, padTo } from '../plan/display-width.ts'

/** Writes what jobs say line by line, each with the job's name before it. */
export interface JobLines {
  write(job: string, chunk: Uint8Array): void
  /** A line of ours about a job. */
  say(job: string, text: string): void
  /** Writes what has no line break yet; at the end of a job. */
  flush(job: string): void
}

// oxlint-disable-next-line no-control-regex -- GitLab's marks of sections begin with these characters
const sectionMark = /section_(?:start|end):\d+:[^\r\n]*\r\u001B\[0K/g
const palette = ['cyan', 'magenta', 'yellow', 'blue', 'green'] as const
const longestLine = 10_000

export function jobLines(
  jobs: readonly string[],
  { colour, write }: { colour: boolean; write: (text: string) => void },
): JobLines {
  const colours = pc.createColors(colour)
  const width = Math.max(...jobs.map(displayWidth), 0)
  const decoders = new Map<string, StringDecoder>()
  const rest = new Map<string, string>()
  const prefix = (job: string): string => {
    const paint = colours[palette[jobs.indexOf(job) % palette.length] ?? 'cyan']
    return paint(`${padTo(job, width)} |`)
  }
  const line = (job: string, text: string): void => {
    const shown = text.replaceAll(sectionMark, '').replaceAll('\r', '')
    const safe = colour ? keepColours(shown) : stripVTControlCharacters(shown)
    if (stripVTControlCharacters(safe).trim() !== '') write(`${prefix(job)} ${safe}\n`)
  }
  return {
    write(job, chunk) {
      const decoder = decoders.get(job) ?? new StringDecoder('utf8')
      decoders.set(job, decoder)
      const text = (rest.get(job) ?? '') + decoder.write(chunk)
      const end = text.lastIndexOf('\n')
      if (end >= 0 && !odd.test(text)) {
        write(prefixed(text.slice(0, end + 1), `${prefix(job)} `))
        rest.set(job, text.slice(end + 1))
        return
      }
      const lines = text.split('\n')
      const last = lines.pop() ?? ''
      for (const one of lines) line(job, one)
      rest.set(job, last.length > longestLine ? '' : last)
      if (last.length > longestLine) line(job, last)
    },
    say: (job, text) => write(`${prefix(job)} ${colours.bold(text)}\n`),
    flush(job) {
      line(job, rest.get(job) ?? '')
      rest.delete(job)
      decoders.delete(job)
    },
  }
}

/**
 * What has to be looked at line by line: control characters, of which colours are some, and lines without text. A million
 * plain lines take 0.15 s a chunk at a time, and 2 s one by one.
 */
// oxlint-disable-next-line no-control-regex -- all of them but the tabulator and the line break
const odd = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]|^\s*\n|\n\s*\n/

/** Whole lines, each with the prefix. */
function prefixed(lines: string, prefix: string): string {
  const inner = lines.slice(0, -1).replace(/\n/g, `\n${prefix.replaceAll('$', '$$$$')}`)
  return `${prefix}${inner}\n`
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
