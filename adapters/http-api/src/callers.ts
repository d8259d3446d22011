import type { IncomingMessage } from 'node:http'
import { may } from '@sluice/access'
import type { Permission } from '@sluice/contracts/api'
import type { Actor } from '@sluice/contracts/events'
import { SluiceError } from '@sluice/kernel'
import type { FastifyRequest } from 'fastify'
import { checkOrigin } from './guards.ts'
import type { HttpApiOptions } from './http-api-options.ts'
import { sessionIdOf } from './session-cookie.ts'

/** Who calls, and the CSRF token that a cookie's writes must carry. */
export interface Caller {
  actor: Actor
  csrf: string | null
}

/** Knows who calls: by the local socket, by a session's cookie, or nobody in particular. */
export class Callers {
  readonly #options: HttpApiOptions
  readonly #isLocal: (request: IncomingMessage) => boolean

  constructor(options: HttpApiOptions, isLocal: (request: IncomingMessage) => boolean) {
    this.#options = options
    this.#isLocal = isLocal
  }

  async identify(request: FastifyRequest): Promise<Caller> {
    if (this.#isLocal(request.raw)) return { actor: { kind: 'person', id: this.#options.localPerson }, csrf: null }
    const id = sessionIdOf(request)
    const session = id === null ? null : await this.#options.sessions.find(id)
    return session ?? { actor: { kind: 'anonymous', id: 'anonymous' }, csrf: null }
  }

  /**
   * Lets a caller through who may do this; a write must also come from this server's own page.
   * @throws SluiceError HTTP_FORBIDDEN, HTTP_WRONG_ORIGIN
   */
  async admit(request: FastifyRequest, permission: Permission): Promise<Actor> {
    const { actor, csrf } = await this.identify(request)
    if (request.method !== 'GET' && request.method !== 'HEAD') checkOrigin(request, csrf)
    if (may(actor, permission)) return actor
    throw new SluiceError(
      'HTTP_FORBIDDEN',
      `Cannot do this: ${actor.kind} "${actor.id}" lacks the permission "${permission}"`,
      { status: actor.kind === 'anonymous' ? 401 : 403 },
    )
  }
}
