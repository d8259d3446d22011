import { routes, type Permission, type SessionView } from '@sluice/contracts/api'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { call } from '../lib/client.ts'
import { sessionKey } from './session-key.ts'

const sessionQuery = queryOptions({
  queryKey: sessionKey,
  queryFn: () => call(routes.getSession),
  staleTime: 60_000,
})

/** Who is signed in; `undefined` until the server has said so. */
export function useSession(): SessionView | undefined {
  return useQuery(sessionQuery).data
}

/** Whether a session is there that has the permission. Without a session nothing may be written, whatever the list says. */
export function mayDo(session: SessionView | undefined, permission: Permission): boolean {
  return session !== undefined && session.csrf !== null && session.permissions.includes(permission)
}
