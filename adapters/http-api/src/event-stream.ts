import { eventsPath, type ChangeNotice } from '@sluice/contracts/api'
import type { FastifyInstance } from 'fastify'
import type { ChangeFeed } from './ports.ts'

/** A comment this often keeps proxies and browsers from giving the stream up. */
const keepAliveMs = 20_000

/** Server-sent events (WHATWG HTML, 9.2). A client that falls far behind is cut off; it comes back and re-reads. */
export function registerEvents(app: FastifyInstance, feed: ChangeFeed): void {
  app.get(eventsPath, async (request, reply) => {
    const query = request.query as Record<string, string>
    const wanted = (notice: ChangeNotice): boolean =>
      (query['run'] === undefined || notice.runId === query['run']) &&
      (query['project'] === undefined || notice.project === query['project'])
    reply.hijack()
    const stream = reply.raw
    stream.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    stream.write('retry: 1000\n\n')
    const write = (notice: ChangeNotice): void => {
      if (!wanted(notice)) return
      stream.write(`id: ${notice.seq}\ndata: ${JSON.stringify(notice)}\n\n`)
      if (stream.writableLength > 1_000_000) stream.destroy()
    }
    const stop = feed.subscribe(write)
    const timer = setInterval(() => stream.write(': still here\n\n'), keepAliveMs)
    stream.on('close', () => {
      clearInterval(timer)
      stop()
    })
    const last = Number(request.headers['last-event-id'])
    if (Number.isInteger(last) && last > 0) for (const notice of await feed.since(last, 1000)) write(notice)
  })
}
