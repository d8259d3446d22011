import { StringDecoder } from 'node:string_decoder'
import pc from 'picocolors'
import { displayWidth, padTo } from '../plan/display-width.ts'
import { endSentence } from './end-sentence.ts'
import { prefixPlainLines } from './prefix-plain-lines.ts'
import type { RunView } from './run-view.ts'
import { safeLine } from './safe-line.ts'
import { waitSentence } from './wait-sentence.ts'

const palette = ['cyan', 'magenta', 'yellow', 'blue', 'green'] as const
const longestLine = 10_000

export interface JobLinesOptions {
  colour: boolean
  /** @returns `true` once it has no more use for the bytes */
  write: (text: string | Uint8Array) => unknown
  /** Gives every line the time, UTC, at its beginning. */
  now?: (() => number) | undefined
}

/** Writes what jobs say line by line, each with the job's name before it. */
export function jobLines(known: readonly string[], { colour, write, now }: JobLinesOptions): RunView {
  const colours = pc.createColors(colour)
  const jobs: string[] = []
  let width = 0
  const add = (more: readonly string[]): void => {
    jobs.push(...more.filter((job) => !jobs.includes(job)))
    width = Math.max(width, ...more.map(displayWidth))
  }
  add(known)
  const decoders = new Map<string, StringDecoder>()
  const rest = new Map<string, string>()
  const prefix = (job: string): string => {
    const paint = colours[palette[jobs.indexOf(job) % palette.length] ?? 'cyan']
    const time = now === undefined ? '' : `${colours.dim(new Date(now()).toISOString())} `
    return time + paint(`${padTo(job, width)} |`)
  }
  const line = (job: string, text: string): void => {
    const safe = safeLine(text, colour)
    if (safe !== '') write(`${prefix(job)} ${safe}\n`)
  }
  const say = (job: string, text: string): void => void write(`${prefix(job)} ${colours.bold(text)}\n`)
  let room: Buffer | null = null
  const writeBytes = (bytes: Buffer): void => {
    const isFree = write(bytes) === true
    room = isFree ? Buffer.from(bytes.buffer) : null
  }
  const writeText = (job: string, chunk: Uint8Array): void => {
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
  }
  return {
    add,
    write(job, chunk) {
      const isOpen = (rest.get(job) ?? '') !== ''
      const begun = isOpen ? chunk.indexOf(0x0a) + 1 : 0
      const isBegunOnly = isOpen && begun === 0
      const plain = isBegunOnly ? null : prefixPlainLines(bufferOf(chunk), begun, `${prefix(job)} `, room)
      if (plain === null) return writeText(job, chunk)
      if (begun > 0) writeText(job, chunk.subarray(0, begun))
      writeBytes(plain.lines)
      if (plain.end < chunk.length) writeText(job, chunk.subarray(plain.end))
    },
    wait: (job, resourceGroup) => say(job, waitSentence(resourceGroup)),
    begin: (job, attempt) => say(job, attempt === 1 ? 'begins' : `begins again, attempt ${attempt}`),
    end(job, end) {
      line(job, rest.get(job) ?? '')
      rest.delete(job)
      decoders.delete(job)
      say(job, endSentence(end))
    },
    note: (text) => void write(`${text}\n`),
    close: () => undefined,
  }
}

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength)

/**
 * What has to be looked at line by line: control characters, of which colours are some, and lines without text. A million
 * plain lines take 0.15 s a chunk at a time, and 2 s one by one.
 */
const odd = /[^\P{Cc}\t\n]|^\s*\n|\n\s*\n/u

/** Whole lines, each with the prefix. */
function prefixed(lines: string, prefix: string): string {
  const inner = lines.slice(0, -1).replace(/\n/g, `\n${prefix.replaceAll('$', '$$$$')}`)
  return `${prefix}${inner}\n`
}
