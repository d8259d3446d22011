import { useSyncExternalStore } from 'react'

/** Whether the event stream of the page is up. `lost` after it broke, until it is back. */
export type Connection = 'idle' | 'open' | 'lost'

let connection: Connection = 'idle'
const listeners = new Set<() => void>()

export function setConnection(next: Connection): void {
  if (next === connection) return
  connection = next
  for (const listener of listeners) listener()
}

/** The state of the page's event stream. */
export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, () => connection)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
