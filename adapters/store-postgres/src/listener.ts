import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { logChannel, type Announcement } from './log.ts'

const reconnectAfterMs = 500

/**
 * Hears what any server announces. When the connection breaks it connects again and calls `onGap`, since
 * announcements may have been missed; the log itself is the truth, this is only the wake-up.
 */
export class LogListener {
  readonly #url: string
  readonly #listeners = new Set<(announcement: Announcement) => void>()
  readonly #gapListeners = new Set<() => void>()
  readonly #closing = new AbortController()
  #client: pg.Client | null = null

  constructor(url: string) {
    this.#url = url
  }

  /** Connects. @throws what the driver says where there is no connection; nothing is tried again then */
  async open(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url })
    client.on('notification', ({ payload }) => this.#hear(payload ?? ''))
    client.on('error', () => {})
    try {
      await client.connect()
      await client.query(`listen ${logChannel}`)
    } catch (cause) {
      await client.end().catch(() => undefined)
      throw cause
    }
    // Only now: whoever called tries again by itself when one of the above fails.
    client.once('end', () => void this.#reconnect())
    this.#client = client
    if (this.#closing.signal.aborted) await client.end()
  }

  onAnnouncement(listener: (announcement: Announcement) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  onGap(listener: () => void): () => void {
    this.#gapListeners.add(listener)
    return () => this.#gapListeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#client?.end()
  }

  #hear(payload: string): void {
    const announcement = readAnnouncement(payload)
    if (announcement === null) return
    for (const listener of this.#listeners) listener(announcement)
  }

  async #reconnect(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      try {
        await this.open()
        for (const listener of this.#gapListeners) listener()
        return
      } catch {
        await delay(reconnectAfterMs, undefined, { signal }).catch(() => undefined)
      }
    }
  }
}

/** `null` for what this version did not write: anybody who may connect can notify. */
function readAnnouncement(payload: string): Announcement | null {
  try {
    const { seq, project, runId, kind } = JSON.parse(payload) as Partial<Announcement>
    if (typeof seq !== 'number' || typeof project !== 'string' || typeof kind !== 'string') return null
    return { seq, project, runId: typeof runId === 'string' ? runId : null, kind }
  } catch {
    return null
  }
}
