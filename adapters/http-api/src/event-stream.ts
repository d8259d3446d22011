import type { ServerResponse } from 'node:http'
import { eventsPath, type ChangeNotice } from '@sluice/contracts/api'
import type { FastifyInstance } from 'fastify'
import type { Callers } from './callers.ts'
import type { ChangeFeed } from './ports.ts'
import { singleValues } from './query.ts'

/** A comment this often keeps proxies and browsers from giving the stream up. */
const keepAliveMs = 20_000
/** Who has more than this unread is cut off. */
const backlogBytesMax = 1_000_000
/** Notices of the past are read this many at a time. */
const pageOfNotices = 1000

type Wanted = (notice: ChangeNotice) => boolean

/** Server-sent events (WHATWG HTML, 9.2). A client that falls far behind is cut off; it comes back and re-reads. */
export function registerEvents(app: FastifyInstance, feed: ChangeFeed, callers: Callers): void {
  app.get(eventsPath, async (request, reply) => {
    await callers.admit(request, 'run.read')
    const { run, project } = singleValues(request.query)
    const wanted: Wanted = (notice) =>
      (run === undefined || notice.runId === run) && (project === undefined || notice.project === project)
    reply.hijack()
    const stream = reply.raw
    stream.on('error', () => {})
    stream.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    stream.write('retry: 1000\n\n')
    await tell(stream, feed, wanted, lastIdOf(request.headers['last-event-id']))
  })
}

/** The number of the entry that the client saw last, by its header; `null` where it comes for the first time. */
function lastIdOf(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : null
}

/** Notices as they come; for who comes back, first those that it missed, in order. */
async function tell(stream: ServerResponse, feed: ChangeFeed, wanted: Wanted, last: number | null): Promise<void> {
  let waiting: ChangeNotice[] | null = []
  const stop = feed.subscribe((notice) => {
    if (waiting === null) write(stream, notice, wanted)
    else waiting.push(notice)
  })
  const timer = setInterval(() => stream.write(': still here\n\n'), keepAliveMs)
  stream.on('close', () => {
    clearInterval(timer)
    stop()
  })
  try {
    const told = last === null ? new Set<number>() : await tellPast(stream, feed, wanted, last)
    for (const notice of waiting) if (!told.has(notice.seq)) write(stream, notice, wanted)
    waiting = null
  } catch {
    // It comes back and asks again.
    stream.destroy()
  }
}

async function tellPast(stream: ServerResponse, feed: ChangeFeed, wanted: Wanted, last: number): Promise<Set<number>> {
  const told = new Set<number>()
  for (let after = last; !stream.destroyed;) {
    const notices = await feed.since(after, pageOfNotices)
    for (const notice of notices) {
      told.add(notice.seq)
      write(stream, notice, wanted)
    }
    after = Math.max(after, ...notices.map(({ seq }) => seq))
    if (notices.length < pageOfNotices) break
  }
  return told
}

/** What is no entry of the log has no id: the client's place in the log stays. */
function write(stream: ServerResponse, notice: ChangeNotice, wanted: Wanted): void {
  if (!wanted(notice) || stream.destroyed) return
  const id = notice.seq > 0 ? `id: ${notice.seq}\n` : ''
  stream.write(`${id}data: ${JSON.stringify(notice)}\n\n`)
  if (stream.writableLength > backlogBytesMax) stream.destroy()
}
