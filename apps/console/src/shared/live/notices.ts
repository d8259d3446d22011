import type { ChangeNotice } from '@sluice/contracts/api'

/** What a listener hears: a notice, or that the stream is back after a break and anything may have changed. */
export type Heard = ChangeNotice | 'reconnected'

const listeners = new Set<(heard: Heard) => void>()

/** Hands what the page's event stream says to every listener. */
export function tell(heard: Heard): void {
  for (const listener of listeners) listener(heard)
}

/** Listens to the page's event stream; returns how to stop. */
export function listen(listener: (heard: Heard) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Reads one message of the stream; `null` for what is no notice. */
export function readNotice(data: string): ChangeNotice | null {
  try {
    const notice = JSON.parse(data) as Partial<ChangeNotice> | null
    if (notice === null || typeof notice.seq !== 'number' || typeof notice.kind !== 'string') return null
    return { seq: notice.seq, project: notice.project ?? '', runId: notice.runId ?? null, kind: notice.kind }
  } catch {
    return null
  }
}
