import type { FastifyRequest } from 'fastify'

const name = 'sluice_session'

/** The session's id from the cookie header, if there is one. */
export function sessionIdOf(request: FastifyRequest): string | null {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  const found = pairs.find(([key]) => key === name)?.[1]
  return found !== undefined && /^[A-Za-z0-9_-]{20,100}$/.test(found) ? found : null
}

/** `Set-Cookie` for a session; unreadable for scripts, never sent along from other sites. */
export function sessionCookie(id: string): string {
  return `${name}=${id}; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200`
}

export const endedCookie = `${name}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`
