import pg from 'pg'
import { logChannel } from './log.ts'

/** What is announced: enough to know what to read again. */
export interface Announcement {
  seq: number
  project: string
  runId: string | null
  kind: string
}

/**
 * Hears what any server announces. When the connection breaks it connects again and calls `onGap`, since
 * announcements may have been missed; the log itself is the truth, this is only the wake-up.
 */
export class LogListener {
  readonly #url: string
  readonly #listeners = new Set<(announcement: Announcement) => void>()
  readonly #gapListeners = new Set<() => void>()
  #client: pg.Client | null = null
  #closed = false

  constructor(url: string) {
    this.#url = url
  }

  async open(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url })
    client.on('notification', ({ payload }) => this.#hear(payload ?? ''))
    client.on('error', () => {})
    client.on('end', () => void this.#reconnect())
    await client.connect()
    await client.query(`listen ${logChannel}`)
    this.#client = client
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
    this.#closed = true
    await this.#client?.end()
  }

  #hear(payload: string): void {
    const announcement = JSON.parse(payload) as Announcement
    for (const listener of this.#listeners) listener(announcement)
  }

  async #reconnect(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.open()
        for (const listener of this.#gapListeners) listener()
        return
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
    }
  }
}
