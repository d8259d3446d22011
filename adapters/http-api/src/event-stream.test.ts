import type { IncomingMessage } from 'node:http'
import type { ChangeNotice } from '@sluice/contracts/api'
import { expect, onTestFinished, test } from 'vitest'
import { openTestDoors, type TestDoors } from '../testing/test-doors.ts'
import type { ChangeFeed } from './ports.ts'

const noticeOf = (seq: number, more: Partial<ChangeNotice> = {}): ChangeNotice => ({
  seq,
  project: 'card',
  runId: 'r1',
  kind: 'job.started',
  ...more,
})

/** A feed that a test speaks into, over a log of notices. */
class TestFeed implements ChangeFeed {
  readonly listeners = new Set<(notice: ChangeNotice) => void>()
  readonly log: ChangeNotice[] = []
  /** Called within each read of the past. */
  onRead = (): void => {}

  subscribe(listener: (notice: ChangeNotice) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  async since(seq: number, limit: number): Promise<ChangeNotice[]> {
    this.onRead()
    return this.log.filter((notice) => notice.seq > seq).slice(0, limit)
  }

  say(notice: ChangeNotice): void {
    if (notice.seq > 0) this.log.push(notice)
    for (const listener of this.listeners) listener(notice)
  }
}

async function openFeed(): Promise<{ feed: TestFeed; doors: TestDoors }> {
  const feed = new TestFeed()
  const doors = await openTestDoors({ feed })
  onTestFinished(() => doors.close())
  return { feed, doors }
}

/** Reads until the notice with this number came. */
async function readUntil(stream: IncomingMessage, seq: number): Promise<string> {
  let text = ''
  for await (const chunk of stream.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk
    if (text.includes(`"seq":${seq},`)) return text
  }
  return text
}

const idsIn = (text: string): number[] => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
const seqsIn = (text: string): number[] => [...text.matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq))

test('tells what happens, in order, each with its number', async () => {
  const { feed, doors } = await openFeed()
  const stream = await doors.open({ path: '/api/events' })
  expect(stream.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-content-type-options': 'nosniff' })
  for (const seq of [1, 2, 3]) feed.say(noticeOf(seq))
  const text = await readUntil(stream, 3)
  expect(idsIn(text)).toEqual([1, 2, 3])
  expect(text).toContain(`data: ${JSON.stringify(noticeOf(2))}\n\n`)
})

test('what is no entry of the log does not move the client’s place in it', async () => {
  const { feed, doors } = await openFeed()
  const stream = await doors.open({ path: '/api/events' })
  for (const seq of [7, 0, 8]) feed.say(noticeOf(seq))
  const text = await readUntil(stream, 8)
  expect(idsIn(text)).toEqual([7, 8])
  expect(seqsIn(text)).toEqual([7, 0, 8])
})

test.each([
  ['?run=r1', [1, 4]],
  ['?project=card', [1, 2, 4]],
  ['?project=card&run=r2', [2, 4]],
])('%s narrows it', async (query, wanted) => {
  const { feed, doors } = await openFeed()
  const stream = await doors.open({ path: `/api/events${query}` })
  feed.say(noticeOf(1))
  feed.say(noticeOf(2, { runId: 'r2' }))
  feed.say(noticeOf(3, { project: 'other', runId: 'r3' }))
  feed.say(noticeOf(4, query.includes('r2') ? { runId: 'r2' } : {}))
  expect(idsIn(await readUntil(stream, 4))).toEqual(wanted)
})

test('who comes back hears first what it missed, then what came meanwhile, nothing twice', async () => {
  const { feed, doors } = await openFeed()
  for (let seq = 1; seq <= 2500; seq++) feed.say(noticeOf(seq))
  let read = false
  feed.onRead = () => {
    if (!read) feed.say(noticeOf(2501))
    read = true
  }
  const stream = await doors.open({ path: '/api/events', headers: { 'last-event-id': '10' } })
  expect(idsIn(await readUntil(stream, 2501))).toEqual(Array.from({ length: 2491 }, (_, index) => index + 11))
})

test.each(['', '-1', '1e3', 'x', '99999999999999999999'])('the place %j is none', async (header) => {
  const { feed, doors } = await openFeed()
  feed.say(noticeOf(1))
  const stream = await doors.open({ path: '/api/events', headers: { 'last-event-id': header } })
  feed.say(noticeOf(2))
  expect(idsIn(await readUntil(stream, 2))).toEqual([2])
})

test('who does not read is cut off, and no longer told', async () => {
  const { feed, doors } = await openFeed()
  const stream = await doors.open({ path: '/api/events' })
  stream.on('error', () => {})
  const closed = new Promise<void>((resolve) => stream.once('close', resolve))
  const large = noticeOf(1, { project: 'x'.repeat(100_000) })
  for (let index = 0; index < 500 && feed.listeners.size > 0; index++) feed.say(large)
  stream.resume()
  await closed
  expect(stream.complete).toBe(false)
})

test('who leaves is forgotten', async () => {
  const { feed, doors } = await openFeed()
  const stream = await doors.open({ path: '/api/events' })
  const left = new Promise<void>((resolve) => {
    feed.listeners.delete = (listener) => {
      resolve()
      return Set.prototype.delete.call(feed.listeners, listener)
    }
  })
  stream.destroy()
  await left
  expect(feed.listeners.size).toBe(0)
})

test('a past that cannot be read ends the stream, and the server goes on', async () => {
  const { feed, doors } = await openFeed()
  feed.onRead = () => {
    throw new Error('no database')
  }
  const asked = { path: '/api/events', headers: { 'last-event-id': '1' } }
  await expect(doors.ask(asked)).rejects.toThrow(/aborted|hang up/)
  expect((await doors.ask({ path: '/api/session' })).status).toBe(200)
})
