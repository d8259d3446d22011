import { setTimeout as delay } from 'node:timers/promises'
import { SluiceError } from '@sluice/kernel'
import pg from 'pg'
import { storeUnreachable } from './store-unreachable.ts'

/** Any number that nothing else in this database uses. */
const serverLock = 7_102_026_002

const tryEveryMs = 250

export interface HoldOptions {
  /** Told once when another server has the database now: this one must stop, as both would drive the same rollouts. */
  onLost: (cause: SluiceError) => void
  /** How long to wait for a server that is going. */
  patienceMs?: number
}

/**
 * Holds the database for this server as long as it is not let go: a second server would take the first one's jobs for
 * those of a dead one and drive a rollout twice. PostgreSQL frees the lock with the connection, so a server that was
 * killed leaves none behind; its connection may take a moment to be found dead. When the connection breaks, as it does
 * when PostgreSQL is started again, the lock is taken again.
 * @returns how to let go
 * @throws SluiceError STORE_IN_USE, STORE_UNREACHABLE
 */
export async function holdAlone(url: string, options: HoldOptions): Promise<() => Promise<void>> {
  const hold = new Hold(url, options)
  await hold.take()
  return () => hold.letGo()
}

class Hold {
  readonly #url: string
  readonly #onLost: HoldOptions['onLost']
  readonly #patienceMs: number
  readonly #closing = new AbortController()
  #client: pg.Client | null = null

  constructor(url: string, { onLost, patienceMs = 10_000 }: HoldOptions) {
    this.#url = url
    this.#onLost = onLost
    this.#patienceMs = patienceMs
  }

  async take(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url, keepAlive: true })
    client.on('error', () => {})
    try {
      await client.connect()
      await this.#lock(client)
    } catch (cause) {
      await client.end().catch(() => undefined)
      throw cause instanceof SluiceError ? cause : storeUnreachable(cause)
    }
    this.#client = client
    client.once('end', () => void this.#takeAgain())
    if (this.#closing.signal.aborted) await client.end()
  }

  async letGo(): Promise<void> {
    this.#closing.abort()
    await this.#client?.end()
  }

  async #lock(client: pg.Client): Promise<void> {
    for (let leftMs = this.#patienceMs; ; leftMs -= tryEveryMs) {
      const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [serverLock])
      if (rows[0]?.held === true) return
      if (leftMs <= 0) throw inUse('Cannot use the database: another server of Sluice is at work on it')
      await this.#pause()
    }
  }

  /** As long as PostgreSQL is away nobody else can have the lock either, so there is no hurry. */
  async #takeAgain(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await this.take()
        return
      } catch (cause) {
        if (this.#closing.signal.aborted) return
        if (cause instanceof SluiceError && cause.code === 'STORE_IN_USE') {
          this.#onLost(
            inUse('Cannot go on: another server of Sluice took the database while the connection to it was broken'),
          )
          return
        }
        await this.#pause()
      }
    }
  }

  async #pause(): Promise<void> {
    await delay(tryEveryMs, undefined, { signal: this.#closing.signal }).catch(() => undefined)
  }
}

const inUse = (what: string): SluiceError => new SluiceError('STORE_IN_USE', `${what}; wanted one server a database`)
