import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FarSource, IncludeAnswer, IncludeSource } from '@sluice/pipeline'

const largestBytes = 1_048_576

/** Templates in a folder of this machine. */
export class FolderTemplates implements IncludeSource {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async read(source: FarSource): Promise<IncludeAnswer> {
    if (source.kind !== 'template') return { kind: 'missing', fault: 'it is no template' }
    const path = join(this.#folder, source.name)
    const found = await stat(path).catch(() => null)
    if (found?.isFile() !== true) return { kind: 'missing', fault: `folder "${this.#folder}" has no such template` }
    if (found.size > largestBytes)
      return { kind: 'missing', fault: `it has ${found.size} bytes; wanted ${largestBytes} at most` }
    return { kind: 'text', text: await readFile(path, 'utf8') }
  }
}
