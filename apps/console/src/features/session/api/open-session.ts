import { routes } from '@sluice/contracts/api'
import { call, queryClient } from '../../../shared/lib/client.ts'
import { sessionKey } from '../../../shared/session/session-key.ts'

/** Trades the one-time token of a sign-in link for a session; the cookie is the server's to set. */
export async function openSession(token: string): Promise<void> {
  const session = await call(routes.openSession, { body: { token } })
  // The page has asked who is signed in already; that answer, older than this one, must not come in after it.
  await queryClient.cancelQueries({ queryKey: sessionKey })
  queryClient.setQueryData(sessionKey, session)
}
