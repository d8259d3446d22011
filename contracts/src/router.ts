/**
 * What the router app is told and tells, over its control socket (HTTP, JSON). The router owns nothing but traffic:
 * it keeps the last table on disk and serves on without the server.
 */
import { z } from 'zod'

/** One running instance of a release behind a site. */
export const routerBackend = z.strictObject({
  /** Chosen by the caller, unique in the site; the metrics are kept by it. */
  id: z.string().min(1).max(200),
  /** Loopback port of the instance. */
  port: z.int().min(1).max(65_535),
  /** Share of requests in per cent; the weights of a site add up to 100, or all are 0 (answers 503). */
  weight: z.int().min(0).max(100),
})
export type RouterBackend = z.infer<typeof routerBackend>

/** One fixed URL, e.g. production of the card. */
export const routerSite = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9.-]{0,130}$/),
  /** Loopback port of the URL; 0 lets the router choose once, it then keeps the port. */
  port: z.int().min(0).max(65_535),
  /** Raised by the caller with each change; the router refuses an older one, so that a late writer changes nothing. */
  generation: z.int().min(0),
  backends: z.array(routerBackend).max(16),
})
export type RouterSite = z.infer<typeof routerSite>

/** Counters of one backend since the router first saw it. They only rise; take two readings and subtract. */
export interface BackendCounters {
  id: string
  requests: number
  /** Answers of status 500 and above, and requests that the backend did not answer. */
  errors: number
  /** Upper bounds in milliseconds, rising; the last one is `null` for "more". */
  latencyBoundsMs: (number | null)[]
  /** Requests in each bound's bucket, not cumulated. */
  latencyCounts: number[]
}

export interface RouterSiteStatus {
  name: string
  url: string
  port: number
  generation: number
  backends: (RouterBackend & { inFlight: number })[]
  counters: BackendCounters[]
}

/** `GET /status`; `PUT /sites/:name` takes a `routerSite` and answers its status; `DELETE /sites/:name`. */
export interface RouterStatus {
  pid: number
  startedAt: string
  sites: RouterSiteStatus[]
}
