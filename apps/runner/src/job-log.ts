import { crc32 } from 'node:zlib'
import { traceBytesMax, type JobResponse } from '@sluice/contracts/runner'
import { createMasker, sectionEnd, sectionStart, type TraceStore } from '@sluice/execution'
import type { Clock } from '@sluice/kernel'
import type { Coordinator, JobStanding } from './coordinator.ts'
import { backOff, wait, type Waits } from './waiting.ts'

/**
 * The log of a running job: masked, kept in a file, sent on in parts. Nothing here throws for a file that cannot be
 * written or read: the log then ends with a line that says so, and `onFailure` is told.
 */
export interface JobLog {
  readonly write: (chunk: Uint8Array) => Promise<void>
  readonly say: (text: string) => Promise<void>
  /** Runs a part of the job between section markers. */
  section<T>(name: string, header: string, run: () => Promise<T>): Promise<T>
  /** Sends the rest, then stands still. */
  finish(): Promise<LogEnd>
  /** Sends nothing more. `finish` has done so; this is for who gives up before it. */
  close(): void
}

export interface LogEnd {
  /** `false` when the server could not be reached for `giveUpMs`, or gave the job to no one or someone else. */
  sent: boolean
  sizeBytes: number
  /** `null` where the log could not be read back. */
  checksum: string | null
  /** Why a part of the log was lost here. */
  failure: Error | null
}

export interface JobLogOptions {
  job: JobResponse
  coordinator: Coordinator
  /** Keeps what the server does not have yet, however long it is away. */
  spool: TraceStore
  clock: Clock
  waits: Waits
  /** Of what is kept and sent; 64 MiB by default. */
  limitBytes?: number
  /** Called once when the server says that the job shall stop. */
  onStanding: (standing: Exclude<JobStanding, 'running'>) => void
  /** Called once when the log can be kept no more. */
  onFailure: (failure: Error) => void
}

const partBytes = 512 * 1024
const mebibyte = 1024 * 1024

/**
 * Starts a log. It sends by itself until `finish`; a server that is away or restarted is tried again and asked where to
 * go on. What goes beyond the limit is dropped, with a last line that says so; the job goes on.
 */
export function startJobLog(options: JobLogOptions): JobLog {
  const { job, clock, waits } = options
  const secrets = [job.token, ...job.variables.filter(({ masked }) => masked).map(({ value }) => value)]
  const masker = createMasker(secrets)
  const kept = new SpooledLog(options)
  const sender = createSender(options, kept)
  let writing: Promise<unknown> = Promise.resolve()
  const inOrder = async (bytes: Uint8Array): Promise<void> => {
    const mine = writing.then(async () => kept.append(bytes))
    writing = mine
    await mine
  }
  const write = async (chunk: Uint8Array): Promise<void> => inOrder(masker.push(chunk))
  const say = async (text: string): Promise<void> => write(Buffer.from(text))
  const ended = new AbortController()
  const sending = sender.run(ended.signal)
  return {
    write,
    say,
    async section(name, header, run) {
      await say(sectionStart(name, header, clock.now()))
      try {
        return await run()
      } finally {
        await say(sectionEnd(name, clock.now()))
      }
    },
    async finish() {
      await inOrder(masker.flush())
      ended.abort()
      await sending
      const sent = await sender.sendRest(clock.now() + waits.giveUpMs)
      return { sent, sizeBytes: kept.sizeBytes, checksum: checksumText(kept.checksum), failure: kept.failure }
    },
    close: () => ended.abort(),
  }
}

const checksumText = (checksum: number | null): string | null =>
  checksum === null ? null : `crc32:${checksum.toString(16).padStart(8, '0')}`

/** What is kept of the log here. */
interface Kept {
  readonly sizeBytes: number
  readonly checksum: number | null
  readonly failure: Error | null
  append(chunk: Uint8Array): Promise<void>
  /** Bytes from there on, at least one before the end. */
  read(offset: number): Promise<Uint8Array>
}

/** In the spool, up to the limit. Where the spool fails the log ends, with a line in memory that says why. */
class SpooledLog implements Kept {
  checksum: number | null = 0
  failure: Error | null = null
  #spooledBytes = 0
  #lastLine: Uint8Array = new Uint8Array()
  readonly #options: JobLogOptions
  readonly #key: string
  readonly #limited: (chunk: Uint8Array) => Uint8Array

  constructor(options: JobLogOptions) {
    this.#options = options
    this.#key = `job-${options.job.id}`
    this.#limited = createLimit(options.limitBytes ?? traceBytesMax)
  }

  get sizeBytes(): number {
    return this.#spooledBytes + this.#lastLine.length
  }

  async append(chunk: Uint8Array): Promise<void> {
    const bytes = this.failure === null ? this.#limited(chunk) : new Uint8Array()
    if (bytes.length === 0) return
    try {
      this.#spooledBytes = (await this.#options.spool.append(this.#key, this.#spooledBytes, bytes)).sizeBytes
      this.checksum = crc32(bytes, this.checksum ?? 0)
    } catch (cause) {
      this.#fail(cause)
      this.checksum = crc32(this.#lastLine, this.checksum ?? 0)
    }
  }

  async read(offset: number): Promise<Uint8Array> {
    if (offset < this.#spooledBytes) {
      try {
        return await this.#readSpool(offset)
      } catch (cause) {
        // What cannot be read back can be sent by no one: the log ends where the server has it.
        this.#spooledBytes = offset
        this.#fail(cause)
        this.checksum = null
      }
    }
    return this.#lastLine.subarray(offset - this.#spooledBytes)
  }

  /** A write that failed may have left bytes behind the last one that was kept. */
  async #readSpool(offset: number): Promise<Uint8Array> {
    const limitBytes = Math.min(partBytes, this.#spooledBytes - offset)
    const bytes = await this.#options.spool.read(this.#key, offset, limitBytes)
    if (bytes.length === 0) throw new Error('its file is gone')
    return bytes
  }

  #fail(cause: unknown): void {
    if (this.failure !== null) return
    this.failure = new Error(`Cannot keep the log: ${cause instanceof Error ? cause.message : String(cause)}`)
    this.#lastLine = Buffer.from(`\n\u001B[31;1mERROR: Job failed: ${this.failure.message}\u001B[0;m\n`)
    this.#options.onFailure(this.failure)
  }
}

/** Lets so many bytes through, then its own last line, then nothing. Wording as GitLab Runner's. */
function createLimit(limitBytes: number): (chunk: Uint8Array) => Uint8Array {
  let leftBytes = limitBytes
  let isFull = false
  const lastLine = `\n\u001B[31;1mJob's log exceeded limit of ${limitBytes / mebibyte} MiB: the job goes on, no more of its output is kept.\u001B[0;m\n`
  return (chunk) => {
    if (isFull) return new Uint8Array()
    if (chunk.length <= leftBytes) {
      leftBytes -= chunk.length
      return chunk
    }
    isFull = true
    return Buffer.concat([chunk.subarray(0, leftBytes), Buffer.from(lastLine)])
  }
}

interface Sender {
  run(ended: AbortSignal): Promise<void>
  sendRest(untilMs: number): Promise<boolean>
}

function createSender({ job, coordinator, clock, waits, onStanding }: JobLogOptions, kept: Kept): Sender {
  const retry = backOff(waits)
  let sentBytes = 0
  let lastCallMs = clock.now()
  let standing: JobStanding = 'running'
  const isLost = (): boolean => standing === 'lost'
  const hear = (heard: JobStanding): void => {
    if (heard === 'running' || standing === 'lost' || heard === standing) return
    standing = heard
    onStanding(heard)
  }
  const sendPart = async (): Promise<boolean> => {
    const bytes = await kept.read(sentBytes)
    const answer = await coordinator.appendTrace(job, sentBytes, bytes)
    lastCallMs = clock.now()
    hear(answer.standing)
    if (answer.outcome !== 'later') sentBytes = Math.min(answer.sizeBytes, kept.sizeBytes)
    return answer.outcome !== 'later'
  }
  const touch = async (): Promise<void> => {
    lastCallMs = clock.now()
    hear((await coordinator.update(job, { state: 'running' })).standing)
  }
  return {
    async run(ended) {
      while (!ended.aborted && !isLost()) {
        let waitMs = waits.traceMs
        if (sentBytes < kept.sizeBytes) {
          if (await sendPart()) retry.reset()
          else waitMs = retry.next()
        } else if (clock.now() - lastCallMs >= waits.touchMs) await touch()
        await wait(waitMs, ended)
      }
    },
    async sendRest(untilMs) {
      retry.reset()
      while (sentBytes < kept.sizeBytes && !isLost()) {
        if (await sendPart()) retry.reset()
        else if (clock.now() >= untilMs) return false
        else await wait(retry.next())
      }
      return !isLost()
    },
  }
}
