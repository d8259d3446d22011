import type { Announcement } from '@sluice/store-postgres'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Offers } from './next-offer.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

let announce: (announcement: Announcement) => void = () => undefined
const listener = {
  onAnnouncement: (listener: typeof announce) => {
    announce = listener
    return () => undefined
  },
}
const announcement = (kind: string): Announcement => ({ seq: 1, project: 'card', runId: null, kind })

test.each<[string, () => unknown]>([
  ['when something happened to a run', () => announce(announcement('job.finished'))],
  ['when its patience ends', () => vi.advanceTimersByTime(1000)],
])('a request that waits is woken %s, and is then forgotten', async (_, happens) => {
  const offers = new Offers(listener)
  const woken = offers.next(1000)
  announce(announcement('job.log'))
  expect(offers.waiting).toBe(1)
  happens()
  await woken
  expect([offers.waiting, vi.getTimerCount()]).toEqual([0, 0])
})

test('all that wait are woken at the end', async () => {
  const offers = new Offers(listener)
  const waiting = [offers.next(1000), offers.next(1000)]
  offers.close()
  await Promise.all(waiting)
  expect(offers.waiting).toBe(0)
})
