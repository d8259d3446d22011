import { formatDuration } from '@sluice/kernel'
import { createLogUpdate } from 'log-update'
import pc from 'picocolors'
import { cutTo } from '../plan/display-width.ts'
import { printable } from '../plan/printable.ts'
import { endSentence } from './end-sentence.ts'
import type { RunView, ShownEnd } from './run-view.ts'
import { safeLine } from './safe-line.ts'
import { waitSentence } from './wait-sentence.ts'

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const frameMs = 100
/** Bytes at the end of a job's output that are kept to show its last lines of. */
const tailBytes = 16 * 1024
/** Lines of a failed job that are shown without opening its log. */
const shownOfFailed = 10

export interface LiveViewOptions {
  output: NodeJS.WriteStream
  colour: boolean
  now: () => number
  /** Jobs of the run that are to run. */
  jobs: readonly string[]
  /** Where the whole log of a job is. */
  logOf: (job: string) => string
}

/** Jobs that run, at the bottom of the terminal, each with its last line; those that ended, above, where they stay. */
export function liveView(options: LiveViewOptions): RunView {
  return new LiveView(options)
}

interface Running {
  job: string
  begunMs: number
  tail: Buffer
}

class LiveView implements RunView {
  readonly #options: LiveViewOptions
  readonly #draw: ReturnType<typeof createLogUpdate>
  readonly #timer: NodeJS.Timeout
  readonly #running = new Map<string, Running>()
  /** What the jobs wait for that could begin. */
  readonly #waiting = new Map<string, string>()
  readonly #jobs: Set<string>
  /** Jobs whose last attempt has ended. */
  readonly #ended = new Set<string>()
  #frame = 0
  #isClosed = false

  constructor(options: LiveViewOptions) {
    this.#options = options
    this.#jobs = new Set(options.jobs)
    this.#draw = createLogUpdate(options.output)
    this.#timer = setInterval(() => this.#show(), frameMs)
    this.#timer.unref()
  }

  add(jobs: readonly string[]): void {
    for (const job of jobs) this.#jobs.add(job)
  }

  wait(job: string, resourceGroup: string): void {
    this.#waiting.set(job, resourceGroup)
  }

  begin(job: string): void {
    this.#waiting.delete(job)
    this.#ended.delete(job)
    this.#running.set(job, { job, begunMs: this.#options.now(), tail: Buffer.alloc(0) })
  }

  write(job: string, chunk: Uint8Array): void {
    const running = this.#running.get(job)
    if (running === undefined) return
    const all = chunk.length >= tailBytes ? Buffer.from(chunk) : Buffer.concat([running.tail, chunk])
    running.tail = all.subarray(Math.max(0, all.length - tailBytes))
  }

  end(job: string, end: ShownEnd): void {
    const tail = this.#running.get(job)?.tail ?? Buffer.alloc(0)
    this.#running.delete(job)
    this.#ended.add(job)
    this.#draw.persist(this.#ending(job, end, tail).join('\n'))
    this.#show()
  }

  note(text: string): void {
    this.#draw.persist(text)
    this.#show()
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#timer)
    this.#draw.clear()
    this.#draw.done()
  }

  #ending(job: string, end: ShownEnd, tail: Buffer): string[] {
    const colours = pc.createColors(this.#options.colour)
    const isWell = end.outcome === 'success'
    const mark = isWell ? colours.green('✔') : colours.red('✖')
    const head = `${mark} ${this.#cut(`${printable(job)}  ${printable(endSentence(end))}`, 2)}`
    if (end.outcome !== 'failed') return [head]
    const lines = linesOf(tail, this.#options.colour).slice(-shownOfFailed)
    const log = colours.dim(this.#cut(`log: ${this.#options.logOf(job)}`, 4))
    return [head, ...lines.map((line) => `    ${line}`), `    ${log}`]
  }

  #show(): void {
    this.#frame += 1
    const { colour, output, now } = this.#options
    const colours = pc.createColors(colour)
    const room = Math.max(1, (output.rows ?? 24) - 2)
    const spinner = colours.cyan(frames[this.#frame % frames.length] ?? '')
    const running = [...this.#running.values()].map(({ job, begunMs, tail }) => {
      const name = `${printable(job)}  ${formatDuration(now() - begunMs)}`
      const last = linesOf(tail, false).at(-1) ?? ''
      return `${spinner} ${this.#cut(last === '' ? name : `${name}  ${last}`, 2)}`
    })
    const waiting = [...this.#waiting].map(([job, resourceGroup]) =>
      colours.dim(`⏸ ${this.#cut(printable(`${job}  ${waitSentence(resourceGroup)}`), 2)}`),
    )
    const lines = [...running, ...waiting].slice(0, room)
    const left = this.#jobs.size - this.#ended.size
    const count = left > 0 ? [colours.dim(this.#cut(`  ${this.#ended.size} of ${this.#jobs.size} jobs ended`, 0))] : []
    this.#draw([...lines, ...count].join('\n'))
  }

  /** A line must not be broken by the terminal, which would move all that is drawn after it. */
  #cut(text: string, before: number): string {
    return cutTo(text, Math.max(10, (this.#options.output.columns ?? 80) - before - 1))
  }
}

function linesOf(tail: Buffer, colour: boolean): string[] {
  return tail
    .toString('utf8')
    .split('\n')
    .map((line) => safeLine(line, colour))
    .filter((line) => line !== '')
}
