import type pg from 'pg'

export interface Available {
  creditLimit: bigint
  held: bigint
  /** What may still be authorised: limit less held. */
  available: bigint
}

/** Reads what is available, or `null` for an account that does not exist. */
export async function readAvailable(pool: pg.Pool, accountId: string): Promise<Available | null> {
  const { rows } = await pool.query<{ credit_limit: string; held: string }>(
    'select credit_limit, held from accounts where id = $1',
    [accountId],
  )
  const row = rows[0]
  if (row === undefined) return null
  const creditLimit = BigInt(row.credit_limit)
  const held = BigInt(row.held)
  return { creditLimit, held, available: creditLimit - held }
}
