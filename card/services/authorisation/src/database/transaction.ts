import type pg from 'pg'

/** Runs `work` in one transaction: committed when it returns, rolled back when it throws. */
export async function inTransaction<T>(pool: pg.Pool, work: (tx: pg.PoolClient) => Promise<T>): Promise<T> {
  const tx = await pool.connect()
  let broken = false
  try {
    await tx.query('begin')
    const result = await work(tx)
    await tx.query('commit')
    return result
  } catch (error) {
    // A connection on which not even the rollback works is thrown away.
    await tx.query('rollback').catch(() => (broken = true))
    throw error
  } finally {
    tx.release(broken)
  }
}
