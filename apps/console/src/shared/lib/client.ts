import { createClient, type Call } from '@sluice/contracts/client'
import type { SessionView } from '@sluice/contracts/api'
import { QueryClient } from '@tanstack/react-query'
import { sessionKey } from '../session/session-key.ts'

/** The one cache of what the server said. Nothing in the pages keeps a second copy. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: true,
      retry: (failures, error) => failures < 2 && !isRefusal(error),
    },
  },
})

/** The typed client of the API on the page's own origin; each call carries the session's CSRF token. */
export const call: Call = createClient({
  baseUrl: '',
  fetch: (url, init) => {
    const { signal: _, ...sent } = init
    return fetch(url, { ...sent, credentials: 'same-origin' })
  },
  headers: () => {
    const csrf = queryClient.getQueryData<SessionView>(sessionKey)?.csrf ?? null
    return csrf === null ? {} : { 'x-sluice-csrf': csrf }
  },
})

// Asking again does not change a 4xx.
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500
}
