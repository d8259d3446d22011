import type { IncomingMessage } from 'node:http'
import { may, permissionsOf } from '@sluice/access'
import { routes, type Permission, type Route, type SessionView } from '@sluice/contracts/api'
import type { Actor } from '@sluice/contracts/events'
import { SluiceError } from '@sluice/kernel'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { HttpApiOptions } from './http-api.ts'
import { checkOrigin } from './guards.ts'
import type { ApiCall } from './ports.ts'
import { endedCookie, sessionCookie, sessionIdOf } from './session-cookie.ts'

/** Who calls, and the CSRF token that a cookie's writes must carry. */
interface Caller {
  actor: Actor
  csrf: string | null
}

type AnyRoute = Route<unknown, unknown>
type AnyHandler = (call: ApiCall<unknown>) => Promise<unknown>

/** Registers every route of the contract; each checks origin, permission and body before its handler runs. */
export function registerApiRoutes(
  app: FastifyInstance,
  options: HttpApiOptions,
  isLocal: (request: IncomingMessage) => boolean,
): void {
  const callerOf = (request: FastifyRequest): Promise<Caller> => identify(request, options, isLocal)
  registerSession(app, options, callerOf)
  const handlers = options.handlers as unknown as Record<string, AnyHandler>
  for (const [name, route] of Object.entries(routes) as [string, AnyRoute][]) {
    const handler = handlers[name]
    if (handler === undefined) continue
    app.route({
      method: route.method,
      url: route.path,
      handler: async (request) => {
        const actor = await admit(request, route.permission, route.method !== 'GET', callerOf)
        return handler({
          actor,
          parameters: request.params as Record<string, string>,
          query: request.query as Record<string, string>,
          body: bodyOf(route, request.body),
        })
      },
    })
  }
}

async function identify(
  request: FastifyRequest,
  options: HttpApiOptions,
  isLocal: (request: IncomingMessage) => boolean,
): Promise<Caller> {
  if (isLocal(request.raw)) return { actor: { kind: 'person', id: options.localPerson }, csrf: null }
  const id = sessionIdOf(request)
  const session = id === null ? null : await options.sessions.find(id)
  return session ?? { actor: { kind: 'anonymous', id: 'anonymous' }, csrf: null }
}

async function admit(
  request: FastifyRequest,
  permission: Permission,
  writes: boolean,
  callerOf: (request: FastifyRequest) => Promise<Caller>,
): Promise<Actor> {
  const { actor, csrf } = await callerOf(request)
  if (writes) checkOrigin(request, csrf)
  if (!may(actor, permission)) {
    throw new SluiceError(
      'HTTP_FORBIDDEN',
      `Cannot do this: ${actor.kind} "${actor.id}" lacks the permission "${permission}"`,
      {
        status: actor.kind === 'anonymous' ? 401 : 403,
      },
    )
  }
  return actor
}

function bodyOf(route: AnyRoute, body: unknown): unknown {
  if (route.body === null) return undefined
  const read = route.body.safeParse(body ?? {})
  if (read.success) return read.data
  const faults = read.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ')
  throw new SluiceError('HTTP_BODY_INVALID', `Cannot take the body of ${route.method} ${route.path}: ${faults}`, {
    status: 400,
  })
}

function registerSession(
  app: FastifyInstance,
  options: HttpApiOptions,
  callerOf: (request: FastifyRequest) => Promise<Caller>,
): void {
  const view = ({ actor, csrf }: Caller): SessionView => ({ actor, permissions: permissionsOf(actor), csrf })
  app.get(routes.getSession.path, async (request) => view(await callerOf(request)))
  app.post(routes.openSession.path, async (request, reply): Promise<SessionView> => {
    checkOrigin(request, null)
    const { token } = bodyOf(routes.openSession as AnyRoute, request.body) as { token: string }
    const session = await options.sessions.open(token)
    if (session === null) {
      throw new SluiceError(
        'HTTP_SIGN_IN_LINK_USED',
        'Cannot sign in: this link was used or is older than five minutes; run "./sluice sign-in" for a new one',
        { status: 401 },
      )
    }
    void reply.header('set-cookie', sessionCookie(session.id))
    return view(session)
  })
  app.delete(routes.closeSession.path, async (request, reply) => {
    const { csrf } = await callerOf(request)
    checkOrigin(request, csrf)
    const id = sessionIdOf(request)
    if (id !== null) await options.sessions.close(id)
    void reply.header('set-cookie', endedCookie)
    return { closed: true }
  })
}
