import { eventsPath } from '@sluice/contracts/api'
import { useQueryClient, type QueryKey } from '@tanstack/react-query'
import { useEffect } from 'react'
import { setConnection } from './connection.ts'
import { listen, readNotice, tell } from './notices.ts'
import { throttle } from './throttle.ts'

const invalidateEveryMs = 500
const reopenAfterMs = 3000

/** What a page listens to: everything, one project, or one run. */
export type LiveScope = { run: string } | { project: string } | 'everything'

/**
 * Keeps the queries below `keys` fresh while the page is open: each notice of the scope makes them stale, at most
 * twice a second. Log text is no query of this kind; its viewer listens for itself.
 */
export function useLiveQueries(scope: LiveScope, keys: readonly QueryKey[]): void {
  const client = useQueryClient()
  const address = addressOf(scope)
  const keysText = JSON.stringify(keys)
  useEffect(() => {
    const invalidate = throttle(() => {
      for (const queryKey of JSON.parse(keysText) as QueryKey[]) void client.invalidateQueries({ queryKey })
    }, invalidateEveryMs)
    const stopListening = listen((heard) => {
      if (heard === 'reconnected' || heard.kind !== 'job.log') invalidate.call()
    })
    const closeStream = openStream(address)
    return () => {
      closeStream()
      stopListening()
      invalidate.cancel()
    }
  }, [client, address, keysText])
}

function addressOf(scope: LiveScope): string {
  if (scope === 'everything') return eventsPath
  const [name, value] = 'run' in scope ? ['run', scope.run] : ['project', scope.project]
  return `${eventsPath}?${name}=${encodeURIComponent(value)}`
}

/** Opens the stream and opens it again when the browser gives up on it. Returns how to close it for good. */
function openStream(address: string): () => void {
  let source: EventSource
  let reopen: ReturnType<typeof setTimeout> | undefined
  let lost = false
  const open = () => {
    source = new EventSource(address)
    source.addEventListener('open', () => {
      setConnection('open')
      if (lost) tell('reconnected')
      lost = false
    })
    source.addEventListener('message', (message: MessageEvent<string>) => {
      const notice = readNotice(message.data)
      if (notice !== null) tell(notice)
    })
    source.addEventListener('error', () => {
      lost = true
      setConnection('lost')
      // The browser tries again by itself, except after an answer that was no stream.
      if (source.readyState === EventSource.CLOSED) reopen = setTimeout(open, reopenAfterMs)
    })
  }
  open()
  return () => {
    clearTimeout(reopen)
    source.close()
    setConnection('idle')
  }
}
