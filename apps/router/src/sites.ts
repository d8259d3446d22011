/** All sites of this router. Changes are taken one at a time, are on disk before they are confirmed, and only go on. */
import type { RouterSite, RouterSiteStatus } from '@sluice/contracts/router'
import { canonicalJson, SluiceError } from '@sluice/kernel'
import { Site } from './site.ts'
import type { TableFile } from './table-file.ts'

interface SitesOptions {
  file: TableFile
  responseTimeoutMs: number
  drainMs: number
}

export class Sites {
  readonly #sites = new Map<string, Site>()
  readonly #options: SitesOptions
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: SitesOptions) {
    this.#options = options
  }

  /** Serves what the file holds. Called once; changes asked for meanwhile come after it. */
  load(): Promise<void> {
    return this.#inTurn(async () => {
      for (const table of await this.#options.file.load()) {
        this.#sites.set(table.name, await Site.open(table, this.#options.responseTimeoutMs))
      }
    })
  }

  status(): RouterSiteStatus[] {
    return [...this.#sites.values()].map((site) => site.status()).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** @throws SluiceError `ROUTER_WEIGHTS_INVALID`, `ROUTER_GENERATION_STALE`, `ROUTER_PORT_UNAVAILABLE` */
  apply(table: RouterSite): Promise<RouterSiteStatus> {
    checkWeights(table)
    return this.#inTurn(() => this.#apply(table))
  }

  remove(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const site = this.#sites.get(name)
      if (site === undefined) return
      await this.#save(this.#tables().filter((table) => table.name !== name))
      this.#sites.delete(name)
      await site.close(this.#options.drainMs)
    })
  }

  async close(): Promise<void> {
    await this.#last
    await Promise.all([...this.#sites.values()].map((site) => site.close(this.#options.drainMs)))
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#last.then(change)
    this.#last = done.catch(() => undefined)
    return done
  }

  #tables(): RouterSite[] {
    return [...this.#sites.values()].map((site) => site.table)
  }

  #save(tables: RouterSite[]): Promise<void> {
    return this.#options.file.save(tables)
  }

  async #apply(table: RouterSite): Promise<RouterSiteStatus> {
    const known = this.#sites.get(table.name)
    if (known !== undefined && isDone(known.table, table)) return known.status()
    const moves = known !== undefined && table.port !== 0 && table.port !== known.port
    const site = known === undefined || moves ? await Site.open(table, this.#options.responseTimeoutMs) : known
    try {
      await this.#save([...this.#tables().filter(({ name }) => name !== table.name), { ...table, port: site.port }])
    } catch (error) {
      if (site !== known) await site.close(0)
      throw error
    }
    this.#sites.set(table.name, site)
    site.update(table)
    if (moves) void known.close(this.#options.drainMs)
    return site.status()
  }
}

/** Whether the router has this table already; throws where the writer is late. */
function isDone(known: RouterSite, table: RouterSite): boolean {
  if (table.generation > known.generation) return false
  const port = table.port === 0 ? known.port : table.port
  if (table.generation === known.generation && canonicalJson({ ...table, port }) === canonicalJson(known)) return true
  throw new SluiceError(
    'ROUTER_GENERATION_STALE',
    `Cannot change site "${table.name}": generation ${table.generation} is not newer than ${known.generation}, which the router has`,
    { status: 409 },
  )
}

function checkWeights({ name, backends }: RouterSite): void {
  const sum = backends.reduce((total, { weight }) => total + weight, 0)
  const ids = new Set(backends.map(({ id }) => id))
  if ((sum === 100 || sum === 0) && ids.size === backends.length) return
  const why = ids.size === backends.length ? `its weights add up to ${sum}` : 'two backends have the same id'
  throw new SluiceError('ROUTER_WEIGHTS_INVALID', `Cannot change site "${name}": ${why}; wanted 100, or all 0`, {
    status: 422,
  })
}
