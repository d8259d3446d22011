import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import type { RunView } from './run-view.ts'

/** More of a log is left out, and its end says so. */
const logBytesMax = 64 * 1024 * 1024
/** Four bytes each at most: file names have 255. */
const nameCharactersMax = 60

export interface LogFiles {
  view: RunView
  /** Where the log of a job is, or will be. */
  fileOf: (job: string) => string
}

/** A view that also writes each job's output, as it comes, to a file in a folder; attempts one after another. */
export function logFiles(
  folder: string,
  jobs: readonly string[],
  viewOf: (fileOf: LogFiles['fileOf']) => RunView,
): LogFiles {
  const names = new FileNames(jobs)
  const fileOf = (job: string): string => join(folder, names.of(job))
  const view = viewOf(fileOf)
  const files = new Map<string, LogFile>()
  return {
    fileOf,
    view: {
      ...boundTo(view),
      async write(job, chunk) {
        const file = files.get(job) ?? new LogFile(fileOf(job))
        files.set(job, file)
        await Promise.all([file.write(chunk), view.write(job, chunk)])
      },
      async close() {
        await Promise.all([...files.values()].map((file) => file.close()))
        const lost = [...files].filter(([, file]) => file.takeFailure()).map(([job]) => job)
        if (lost.length > 0) view.note(`Not kept whole, as they could not be written: logs of ${lost.join(', ')}`)
        await view.close()
      },
    },
  }
}

const boundTo = (view: RunView): RunView => ({
  add: (jobs) => view.add(jobs),
  wait: (job, resourceGroup) => view.wait(job, resourceGroup),
  begin: (job, attempt) => view.begin(job, attempt),
  write: (job, chunk) => view.write(job, chunk),
  end: (job, end) => view.end(job, end),
  note: (text) => view.note(text),
  close: () => view.close(),
})

class LogFile {
  readonly #stream: WriteStream
  #bytes = 0
  #failed = false
  #isTold = false

  constructor(path: string) {
    this.#stream = createWriteStream(path, { mode: 0o600 })
    // A full disk costs the log, not the run.
    this.#stream.on('error', () => (this.#failed = true))
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#failed || this.#bytes > logBytesMax) return
    this.#bytes += chunk.length
    const isOver = this.#bytes > logBytesMax
    const text = isOver
      ? Buffer.concat([chunk, Buffer.from(`\n[cut: the log has more than ${logBytesMax} bytes]\n`)])
      : chunk
    if (!this.#stream.write(text)) await once(this.#stream, 'drain').catch(() => (this.#failed = true))
  }

  /** Whether a part of it was lost; once. */
  takeFailure(): boolean {
    const isNew = this.#failed && !this.#isTold
    this.#isTold ||= isNew
    return isNew
  }

  close(): Promise<void> {
    if (this.#failed || this.#stream.destroyed) return Promise.resolve()
    return new Promise((resolve) => this.#stream.once('close', resolve).end())
  }
}

/** A file name for each job, each once, whatever the jobs are called. */
class FileNames {
  readonly #taken = new Set<string>()
  readonly #names = new Map<string, string>()

  constructor(jobs: readonly string[]) {
    for (const job of jobs) this.of(job)
  }

  of(job: string): string {
    const name = this.#names.get(job) ?? `${this.#free(job)}.log`
    this.#names.set(job, name)
    return name
  }

  #free(job: string): string {
    const plain = job.replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, '-').replace(/^\.+/, '')
    const base = Array.from(plain === '' ? 'job' : plain)
      .slice(0, nameCharactersMax)
      .join('')
    let name = base
    for (let count = 2; this.#taken.has(name.toLowerCase()); count++) name = `${base}-${count}`
    this.#taken.add(name.toLowerCase())
    return name
  }
}
