import type pg from 'pg'

import { post } from '../ledger/journal.ts'
import { currency } from '../money.ts'

export interface OpenAccount {
  accountId: string
  /** Minor units, 0 or more. */
  creditLimit: bigint
}

/** Opens an account whose whole limit is available. */
export async function openAccount(tx: pg.PoolClient, { accountId, creditLimit }: OpenAccount): Promise<void> {
  await tx.query('insert into accounts (id, currency, credit_limit) values ($1, $2, $3)', [
    accountId,
    currency,
    creditLimit,
  ])
  if (creditLimit === 0n) return
  await post(tx, {
    kind: 'limit',
    accountId,
    reference: null,
    from: 'commitment',
    to: 'open-to-buy',
    amount: creditLimit,
  })
}
