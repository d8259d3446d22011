import type { RouterBackend, RouterSite } from '@sluice/contracts/router'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MetricSource, TrafficRouter } from '../src/index.ts'

/** What the suite needs of an implementation. */
export interface TrafficRouterSubject {
  router: TrafficRouter & MetricSource
  /** Sends one request to the site and resolves when it was answered and counted; gives the id of the backend, or `null` for 503. */
  send(siteName: string): Promise<string | null>
  /** Ports of two backends that answer. */
  ports: [number, number]
  close(): Promise<void>
}

/** Cases that every TrafficRouter with its MetricSource passes, the fake included. */
export function trafficRouterCases(name: string, open: () => Promise<TrafficRouterSubject>): void {
  describe(`${name} as TrafficRouter and MetricSource`, () => {
    let subject: TrafficRouterSubject
    beforeAll(async () => {
      subject = await open()
    })
    afterAll(() => subject.close())

    const backends = (first: number, second: number): RouterBackend[] => [
      { id: 'a', port: subject.ports[0], weight: first },
      { id: 'b', port: subject.ports[1], weight: second },
    ]
    const site = (siteName: string, generation: number, table: RouterBackend[]): RouterSite => ({
      name: siteName,
      port: 0,
      generation,
      backends: table,
    })
    const requestsOf = async (siteName: string): Promise<Record<string, number>> =>
      Object.fromEntries((await subject.router.read(siteName)).map(({ id, requests }) => [id, requests]))

    test('gives each backend its share, and counts it', async () => {
      await subject.router.apply(site('shares', 1, backends(80, 20)))
      const served: (string | null)[] = []
      for (let index = 0; index < 20; index++) served.push(await subject.send('shares'))
      expect(served.filter((id) => id === 'b')).toHaveLength(4)
      expect(await requestsOf('shares')).toEqual({ a: 16, b: 4 })
    })

    test('follows a new table at once, and keeps the port and the counters of who stays', async () => {
      const before = await subject.router.apply(site('moves', 1, backends(100, 0)))
      await subject.send('moves')
      const after = await subject.router.apply(site('moves', 2, backends(0, 100)))
      expect(after).toMatchObject({ port: before.port, url: before.url, generation: 2 })
      expect(await subject.send('moves')).toBe('b')
      expect(await requestsOf('moves')).toEqual({ a: 1, b: 1 })
    })

    test('serves nothing where nobody has weight', async () => {
      await subject.router.apply(site('empty', 1, []))
      expect(await subject.send('empty')).toBeNull()
      await subject.router.apply(site('empty', 2, backends(0, 0)))
      expect(await subject.send('empty')).toBeNull()
    })

    test('refuses an older generation, and another table under the same one', async () => {
      await subject.router.apply(site('late', 3, backends(100, 0)))
      const stale = expect.objectContaining({ code: 'ROLLOUT_GENERATION_STALE' })
      await expect(subject.router.apply(site('late', 2, backends(0, 100)))).rejects.toEqual(stale)
      await expect(subject.router.apply(site('late', 3, backends(0, 100)))).rejects.toEqual(stale)
      expect(await subject.send('late')).toBe('a')
    })

    test('takes the same table again', async () => {
      const first = await subject.router.apply(site('twice', 1, backends(100, 0)))
      expect(await subject.router.apply(site('twice', 1, backends(100, 0)))).toEqual(first)
    })

    test('shows its sites by name, and forgets one', async () => {
      await subject.router.apply(site('zz-last', 1, []))
      await subject.router.apply(site('aa-first', 1, []))
      const names = (await subject.router.status()).map((status) => status.name)
      expect(names).toEqual(names.toSorted((a, b) => (a < b ? -1 : 1)))
      expect(names).toContain('aa-first')
      await subject.router.remove('aa-first')
      await subject.router.remove('aa-first')
      expect((await subject.router.status()).map((status) => status.name)).not.toContain('aa-first')
    })

    test('an unknown site has no counters, a backend without requests has zeros', async () => {
      expect(await subject.router.read('nowhere')).toEqual([])
      await subject.router.apply(site('quiet', 1, backends(100, 0)))
      const [a] = await subject.router.read('quiet')
      expect(a).toMatchObject({ id: 'a', requests: 0, errors: 0 })
      expect(a?.latencyBoundsMs.at(-1)).toBeNull()
      expect(a?.latencyCounts).toHaveLength(a?.latencyBoundsMs.length ?? -1)
    })
  })
}
