import { Pool } from 'pg'

/** Connections to the database; a whole request has at most these times, so that no caller waits without end. */
export function openPool(databaseUrl: string, connectionsMax: number, onIdleError: (error: Error) => void): Pool {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: connectionsMax,
    connectionTimeoutMillis: 3000,
    statement_timeout: 3000,
    idle_in_transaction_session_timeout: 10_000,
    application_name: 'authorisation',
  })
  // A connection that breaks while idle is dropped and replaced; without a listener it would end the process.
  pool.on('error', onIdleError)
  return pool
}
