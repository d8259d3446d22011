import { crc32 } from 'node:zlib'
import type { JobResponse } from '@sluice/contracts/runner'
import { createMasker, sectionEnd, sectionStart, type TraceStore } from '@sluice/execution'
import type { Clock } from '@sluice/kernel'
import type { Coordinator, JobStanding } from './coordinator.ts'
import { backOff, wait, type Waits } from './waiting.ts'

/** The log of a running job: masked, kept in a file, sent on in parts. */
export interface JobLog {
  readonly write: (chunk: Uint8Array) => Promise<void>
  readonly say: (text: string) => Promise<void>
  /** Runs a part of the job between section markers. */
  section<T>(name: string, header: string, run: () => Promise<T>): Promise<T>
  /** Sends the rest; `false` when the server could not be reached for `giveUpMs`. */
  finish(): Promise<{ sent: boolean; sizeBytes: number; checksum: string }>
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
}

const partBytes = 512 * 1024
const mebibyte = 1024 * 1024
const standardLimitBytes = 64 * mebibyte

/**
 * Starts a log. It sends by itself until `finish`; a server that is away or restarted is tried again and asked where to go on. What goes beyond the limit is
 * dropped, with a last line that says so; the job goes on.
 */
export function startJobLog(options: JobLogOptions): JobLog {
  const { job, spool, clock, waits } = options
  const key = `job-${job.id}`
  const secrets = [job.token, ...job.variables.filter(({ masked }) => masked).map(({ value }) => value)]
  const masker = createMasker(secrets)
  const sender = createSender(options, key)
  let sizeBytes = 0
  let checksum = 0
  let writing: Promise<unknown> = Promise.resolve()
  const limited = createLimit(options.limitBytes ?? standardLimitBytes)
  const store = async (chunk: Uint8Array): Promise<void> => {
    const bytes = limited(chunk)
    if (bytes.length === 0) return
    checksum = crc32(bytes, checksum)
    sizeBytes = (await spool.append(key, sizeBytes, bytes)).sizeBytes
    sender.sizeBytes = sizeBytes
  }
  const inOrder = async (bytes: Uint8Array): Promise<void> => {
    const mine = writing.then(async () => store(bytes))
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
      return { sent, sizeBytes, checksum: `crc32:${checksum.toString(16).padStart(8, '0')}` }
    },
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
  sizeBytes: number
  run(ended: AbortSignal): Promise<void>
  sendRest(untilMs: number): Promise<boolean>
}

function createSender({ job, coordinator, spool, clock, waits, onStanding }: JobLogOptions, key: string): Sender {
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
    const bytes = await spool.read(key, sentBytes, partBytes)
    const answer = await coordinator.appendTrace(job, sentBytes, bytes)
    lastCallMs = clock.now()
    hear(answer.standing)
    if (answer.outcome !== 'later') sentBytes = Math.min(answer.sizeBytes, sender.sizeBytes)
    return answer.outcome !== 'later'
  }
  const touch = async (): Promise<void> => {
    lastCallMs = clock.now()
    hear((await coordinator.update(job, { state: 'running' })).standing)
  }
  const sender: Sender = {
    sizeBytes: 0,
    async run(ended) {
      while (!ended.aborted && !isLost()) {
        let waitMs = waits.traceMs
        if (sentBytes < sender.sizeBytes) {
          if (await sendPart()) retry.reset()
          else waitMs = retry.next()
        } else if (clock.now() - lastCallMs >= waits.touchMs) await touch()
        await wait(waitMs, ended)
      }
    },
    async sendRest(untilMs) {
      retry.reset()
      while (sentBytes < sender.sizeBytes && !isLost()) {
        if (await sendPart()) retry.reset()
        else if (clock.now() >= untilMs) return false
        else await wait(retry.next())
      }
      return !isLost()
    },
  }
  return sender
}
