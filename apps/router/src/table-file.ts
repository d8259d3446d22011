import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { routerSite, type RouterSite } from '@sluice/contracts/router'
import { SluiceError } from '@sluice/kernel'
import { z } from 'zod'

const tableFile = z.strictObject({ version: z.literal(1), sites: z.array(routerSite) })

/** The last table on disk: there whole or as it was before, also after a power cut. Writers take turns. */
export class TableFile {
  readonly #path: string
  #last: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.#path = path
  }

  /** @throws SluiceError `ROUTER_STATE_DAMAGED` */
  async load(): Promise<RouterSite[]> {
    try {
      return tableFile.parse(JSON.parse(await readFile(this.#path, 'utf8'))).sites
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw new SluiceError('ROUTER_STATE_DAMAGED', `Cannot read "${this.#path}": it is no table of sites`, {
        cause: error,
      })
    }
  }

  save(sites: RouterSite[]): Promise<void> {
    const text = JSON.stringify({ version: 1, sites })
    const saved = this.#last.then(() => this.#write(text))
    this.#last = saved.catch(() => undefined)
    return saved
  }

  async #write(text: string): Promise<void> {
    const folder = dirname(this.#path)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const temporary = `${this.#path}.new`
    await using file = await open(temporary, 'w', 0o600)
    await file.writeFile(text)
    await file.sync()
    await rename(temporary, this.#path)
    await using handle = await open(folder, 'r')
    await handle.sync()
  }
}
