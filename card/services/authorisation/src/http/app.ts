import { Hono, type Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type pg from 'pg'

import { isReady } from '../database/readiness.ts'
import type { Log } from '../log.ts'
import { Problem } from '../problem.ts'
import { version } from '../version.ts'
import { failureResponse } from './failure.ts'
import { jsonResponse } from './json.ts'
import { parseAccountId, parseIdempotencyKey } from './requests.ts'
import {
  getAvailable,
  getLedgerBalance,
  postAccount,
  postAuthorisation,
  postReversal,
  type KeyedRoute,
} from './routes.ts'

/** No request of this API comes near it. */
const maxBodyBytes = 16 * 1024

export interface AppParts {
  pool: pg.Pool
  log: Log
  releaseDigest: string | null
  /** True from the moment on that the service is asked to stop. */
  isStopping: () => boolean
}

/** The HTTP interface, without a socket. */
export function createApp({ pool, log, releaseDigest, isStopping }: AppParts): Hono {
  const app = new Hono()
  app.use(async (context, next) => {
    await next()
    // A caller who kept the connection would find it gone: tell him to take another.
    if (isStopping()) context.header('connection', 'close')
  })
  app.use(bodyLimit({ maxSize: maxBodyBytes, onError: refuseLargeBody }))
  app.post('/v1/accounts', (context) => serveKeyed(context, pool, postAccount))
  app.post('/v1/authorisations', (context) => serveKeyed(context, pool, postAuthorisation))
  app.post('/v1/reversals', (context) => serveKeyed(context, pool, postReversal))
  app.get('/v1/accounts/:accountId/available', async (context) => {
    const { status, body } = await getAvailable(pool, parseAccountId(context.req.param('accountId')))
    return jsonResponse(status, body)
  })
  app.get('/v1/ledger/balance', async () => {
    const { status, body } = await getLedgerBalance(pool)
    return jsonResponse(status, body)
  })
  app.get('/health', async () => {
    const ready = await isReady(pool)
    const body = { status: ready ? 'ok' : 'unavailable', service: 'authorisation', version, digest: releaseDigest }
    return jsonResponse(ready ? 200 : 503, JSON.stringify(body))
  })
  app.notFound(({ req }) => {
    return failureResponse(
      new Problem(404, 'ROUTE_UNKNOWN', `Cannot serve ${req.method} ${req.path}: there is no such route`),
      log,
    )
  })
  app.onError((error) => failureResponse(error, log))
  return app
}

function refuseLargeBody(): never {
  throw new Problem(413, 'BODY_TOO_LARGE', `Cannot read the request: the body is over ${maxBodyBytes} bytes`)
}

async function serveKeyed(context: Context, pool: pg.Pool, route: KeyedRoute): Promise<Response> {
  const type = context.req.header('content-type') ?? ''
  if (!/^application\/json(;|$)/i.test(type)) {
    throw new Problem(415, 'BODY_NOT_JSON', `Cannot read the request: its type is "${type}", wanted application/json`)
  }
  const key = parseIdempotencyKey(context.req.header('idempotency-key'))
  const { status, body, replayed } = await route(pool, key, await context.req.text())
  return jsonResponse(status, body, replayed ? { 'idempotency-replayed': 'true' } : {})
}
