import { readFile, rename, rm, writeFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isCopiedFrom } from './copied-from.ts'
import { isRunning } from './process-identity.ts'

const recordSchema = z.object({
  pid: z.int().min(1),
  startTime: z.string().min(1),
  logFile: z.string(),
  /** For which it was written, so that a copy does not take the processes of the original for its own. */
  folder: z.string().optional(),
})
export type ProcessRecord = Omit<z.infer<typeof recordSchema>, 'folder'>

/** What was started in a data folder, one file a process, so that the next command finds it again. */
export class ProcessRecords {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async write(name: string, record: ProcessRecord): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const file = this.#fileOf(name)
    await writeFile(`${file}.new`, `${JSON.stringify({ ...record, folder: this.#folder })}\n`, { mode: 0o600 })
    await rename(`${file}.new`, file)
  }

  /** The recorded process if it lives. The record of a dead one is removed. */
  async findRunning(name: string): Promise<ProcessRecord | null> {
    const text = await readFile(this.#fileOf(name), 'utf8').catch(() => null)
    if (text === null) return null
    const { folder, ...record } = readRecord(text) ?? { pid: 0, startTime: '', logFile: '' }
    if ((await isRunning(record)) && !(await isCopiedFrom(folder, this.#folder))) return record
    await this.remove(name)
    return null
  }

  async remove(name: string): Promise<void> {
    await rm(this.#fileOf(name), { force: true })
  }

  #fileOf(name: string): string {
    return join(this.#folder, `${name}.json`)
  }
}

function readRecord(text: string): z.infer<typeof recordSchema> | null {
  try {
    return recordSchema.parse(JSON.parse(text))
  } catch {
    return null // cut off by a crash: as good as none
  }
}
