import type { BackendCounters, RouterSite, RouterSiteStatus } from '@sluice/contracts/router'
import { canonicalJson, SluiceError } from '@sluice/kernel'
import type { MetricSource, TrafficRouter } from '../src/index.ts'

interface FakeSite {
  table: RouterSite
  counters: Map<string, BackendCounters>
}

/** A router in memory. `send` makes a request, so that tests steer the counters by what they do. */
export class FakeTrafficRouter implements TrafficRouter, MetricSource {
  readonly #sites = new Map<string, FakeSite>()
  #nextPort = 20_000

  async apply(table: RouterSite): Promise<RouterSiteStatus> {
    const known = this.#sites.get(table.name)
    const port = table.port === 0 ? (known?.table.port ?? this.#nextPort++) : table.port
    const next = { ...table, port }
    if (known !== undefined && table.generation <= known.table.generation) {
      if (table.generation === known.table.generation && canonicalJson(next) === canonicalJson(known.table)) {
        return statusOf(known)
      }
      throw new SluiceError(
        'ROLLOUT_GENERATION_STALE',
        `Cannot change site "${table.name}": generation ${table.generation} is not newer than ${known.table.generation}`,
        { status: 409 },
      )
    }
    const counters = new Map(table.backends.map(({ id }) => [id, known?.counters.get(id) ?? zeroCounters(id)]))
    const site = { table: next, counters }
    this.#sites.set(table.name, site)
    return statusOf(site)
  }

  async status(): Promise<RouterSiteStatus[]> {
    return [...this.#sites.values()].map(statusOf).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  async remove(siteName: string): Promise<void> {
    this.#sites.delete(siteName)
  }

  async read(siteName: string): Promise<BackendCounters[]> {
    const counters = this.#sites.get(siteName)?.counters.values() ?? []
    return [...counters].map((counter) => ({ ...counter, latencyCounts: [...counter.latencyCounts] }))
  }

  /** One request to the backend with most weight that is behind its share, answered in 5 ms with this status. */
  send(siteName: string, status = 200): string | null {
    const site = this.#sites.get(siteName)
    if (site === undefined) return null
    const behind = site.table.backends
      .filter(({ weight }) => weight > 0)
      .map(({ id, weight }) => ({ counter: site.counters.get(id) ?? zeroCounters(id), weight }))
      .toSorted((a, b) => (a.counter.requests + 1) / a.weight - (b.counter.requests + 1) / b.weight)[0]
    if (behind === undefined) return null
    behind.counter.requests += 1
    behind.counter.errors += status >= 500 ? 1 : 0
    behind.counter.latencyCounts[0] = behind.counter.requests
    return behind.counter.id
  }
}

const zeroCounters = (id: string): BackendCounters => ({
  id,
  requests: 0,
  errors: 0,
  latencyBoundsMs: [10, null],
  latencyCounts: [0, 0],
})

function statusOf({ table, counters }: FakeSite): RouterSiteStatus {
  return {
    name: table.name,
    url: `http://127.0.0.1:${table.port}`,
    port: table.port,
    generation: table.generation,
    backends: table.backends.map((backend) => ({ ...backend, inFlight: 0 })),
    counters: [...counters.values()],
  }
}
