import type pg from 'pg'

import { post } from '../ledger/journal.ts'

export interface Reverse {
  accountId: string
  /** Reference of the authorisation that is taken back. */
  reference: string
  /** Minor units to release; `null` for all that is still held. More than is held releases what is held. */
  amount: bigint | null
}

export interface Reversal {
  /** Minor units released now: 0 for a repeat, a declined original or one not seen yet. */
  released: bigint
  originalSeen: boolean
}

/**
 * Releases a hold. Always accepted: before its original it leaves a tombstone, so that the late original is declined
 * whole, also where only a part was to be reversed.
 */
export async function reverse(tx: pg.PoolClient, request: Reverse): Promise<Reversal> {
  if (await leaveTombstone(tx, request)) return { released: 0n, originalSeen: false }
  const original = await lockOriginal(tx, request)
  if (original.state !== 'held') return { released: 0n, originalSeen: original.state === 'declined' }
  const released = smaller(request.amount ?? original.held, original.held)
  if (released > 0n) await release(tx, request, released)
  return { released, originalSeen: true }
}

async function leaveTombstone(tx: pg.PoolClient, { accountId, reference }: Reverse): Promise<boolean> {
  const inserted = await tx.query(
    `insert into authorisations (account_id, reference, state) values ($1, $2, 'reversed-early')
     on conflict (account_id, reference) do nothing`,
    [accountId, reference],
  )
  return inserted.rowCount === 1
}

async function lockOriginal(
  tx: pg.PoolClient,
  { accountId, reference }: Reverse,
): Promise<{ state: string; held: bigint }> {
  const { rows } = await tx.query<{ state: string; held: string | null }>(
    'select state, amount - released as held from authorisations where account_id = $1 and reference = $2 for update',
    [accountId, reference],
  )
  const row = rows[0]
  if (row === undefined) throw new Error('Cannot reverse: the authorisation was removed')
  return { state: row.state, held: BigInt(row.held ?? 0) }
}

async function release(tx: pg.PoolClient, { accountId, reference }: Reverse, amount: bigint): Promise<void> {
  await tx.query('update authorisations set released = released + $3 where account_id = $1 and reference = $2', [
    accountId,
    reference,
    amount,
  ])
  await tx.query('update accounts set held = held - $2 where id = $1', [accountId, amount])
  await post(tx, { kind: 'release', accountId, reference, from: 'pending', to: 'open-to-buy', amount })
}

function smaller(left: bigint, right: bigint): bigint {
  return left < right ? left : right
}
