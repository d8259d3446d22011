import { routes } from '@sluice/contracts/api'
import { call, queryClient } from '../../../shared/lib/client.ts'
import { sessionKey } from '../../../shared/session/session-key.ts'

/** Signs out. */
export async function closeSession(): Promise<void> {
  await call(routes.closeSession)
  await queryClient.invalidateQueries({ queryKey: sessionKey })
}
