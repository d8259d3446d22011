import { permissionsOf } from '@sluice/access'
import { routes, type Route, type SessionView } from '@sluice/contracts/api'
import { schemaWords } from '@sluice/contracts/schema-words'
import { SluiceError } from '@sluice/kernel'
import type { FastifyInstance } from 'fastify'
import type { Caller, Callers } from './callers.ts'
import { checkOrigin } from './guards.ts'
import type { HttpApiOptions } from './http-api-options.ts'
import type { ApiCall } from './ports.ts'
import { singleValues } from './query.ts'
import { endedCookie, sessionCookie, sessionIdOf } from './session-cookie.ts'

type AnyRoute = Route<unknown, unknown>
type AnyHandler = (call: ApiCall<unknown>) => Promise<unknown>

/** Registers every route of the contract; each checks origin, permission and body before its handler runs. */
export function registerApiRoutes(app: FastifyInstance, options: HttpApiOptions, callers: Callers): void {
  registerSession(app, options, callers)
  const handlers = options.handlers as unknown as Record<string, AnyHandler>
  for (const [name, route] of Object.entries(routes) as [string, AnyRoute][]) {
    const handler = handlers[name]
    if (handler === undefined) continue
    app.route({
      method: route.method,
      url: route.path,
      handler: async (request) => {
        const actor = await callers.admit(request, route.permission)
        return handler({
          actor,
          parameters: parametersOf(request.params as Record<string, string>),
          query: singleValues(request.query),
          body: bodyOf(route, request.body),
        })
      },
    })
  }
}

/** Nothing has a name with NUL, and PostgreSQL would not even look for it. */
function parametersOf(parameters: Record<string, string>): Record<string, string> {
  const odd = Object.entries(parameters).find(([, value]) => value.includes('\0') || !value.isWellFormed())
  if (odd === undefined) return parameters
  throw new SluiceError(
    'HTTP_NOT_FOUND',
    `Cannot find ${odd[0]} ${JSON.stringify(odd[1])}: no name holds such characters`,
    {
      status: 404,
    },
  )
}

function bodyOf(route: AnyRoute, body: unknown): unknown {
  if (route.body === null) return undefined
  const read = route.body.safeParse(body ?? {}, { error: schemaWords })
  if (read.success) return read.data
  const faults = read.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ')
  throw new SluiceError('HTTP_BODY_INVALID', `Cannot take the body of ${route.method} ${route.path}: ${faults}`, {
    status: 400,
  })
}

/** The routes that hold the cookie. Whoever reaches them may ask who they are and sign in or out. */
function registerSession(app: FastifyInstance, options: HttpApiOptions, callers: Callers): void {
  const view = ({ actor, csrf }: Caller): SessionView => ({ actor, permissions: permissionsOf(actor), csrf })
  app.get(routes.getSession.path, (request) => callers.identify(request).then(view))
  app.post(routes.openSession.path, async (request, reply): Promise<SessionView> => {
    checkOrigin(request, null)
    const { token } = bodyOf(routes.openSession, request.body) as { token: string }
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
    const { csrf } = await callers.identify(request)
    checkOrigin(request, csrf)
    const id = sessionIdOf(request)
    if (id !== null) await options.sessions.close(id)
    void reply.header('set-cookie', endedCookie)
    return { closed: true }
  })
}
