import { setTimeout as delay } from 'node:timers/promises'
import { SluiceError } from '@sluice/kernel'
import pg from 'pg'

/** Any number that nothing else in this database uses. */
const serverLock = 7_102_026_002

const tryEveryMs = 250

/**
 * Holds the database for this server as long as the connection lives: a second server would take the first one's jobs
 * for those of a dead one and drive a rollout twice. PostgreSQL frees the lock with the connection, so a server that
 * was killed leaves none behind; its connection may take a moment to be found dead.
 * @param patienceMs how long to wait for one that is going
 * @returns how to let go
 * @throws SluiceError STORE_IN_USE
 */
export async function holdAlone(url: string, patienceMs = 10_000): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url })
  // When PostgreSQL is started again the lock is gone with it, and so is everyone else's.
  client.on('error', () => {})
  await client.connect()
  for (let leftMs = patienceMs; ; leftMs -= tryEveryMs) {
    const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [serverLock])
    if (rows[0]?.held === true) return () => client.end()
    if (leftMs <= 0) break
    await delay(tryEveryMs)
  }
  await client.end()
  throw new SluiceError(
    'STORE_IN_USE',
    'Cannot use the database: another server of Sluice is at work on it; wanted one server a database',
  )
}
