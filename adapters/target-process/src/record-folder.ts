import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SluiceError } from '@sluice/kernel'
import type { z } from 'zod'

/** Small JSON records, one file each, there whole or as they were before. */
export class RecordFolder<T> {
  readonly #folder: string
  readonly #schema: z.ZodType<T>
  #writes = 0

  constructor(folder: string, schema: z.ZodType<T>) {
    this.#folder = folder
    this.#schema = schema
  }

  /** @throws SluiceError `TARGET_RECORD_DAMAGED` */
  async read(id: string): Promise<T | null> {
    const path = this.#path(id)
    try {
      return this.#schema.parse(JSON.parse(await readFile(path, 'utf8')))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw new SluiceError('TARGET_RECORD_DAMAGED', `Cannot read "${path}": it is no record`, { cause: error })
    }
  }

  async write(id: string, record: T): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const temporary = `${this.#path(id)}.${process.pid}.${++this.#writes}.new`
    await using file = await open(temporary, 'w', 0o600)
    await file.writeFile(JSON.stringify(record))
    await file.sync()
    await rename(temporary, this.#path(id))
    await using handle = await open(this.#folder, 'r')
    await handle.sync()
  }

  async remove(id: string): Promise<void> {
    await rm(this.#path(id), { force: true })
  }

  async all(): Promise<T[]> {
    const names = await readdir(this.#folder).catch(() => [])
    const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length))
    const records = await Promise.all(ids.toSorted().map((id) => this.read(id)))
    return records.filter((record) => record !== null)
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`)
  }
}
