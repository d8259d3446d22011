import type pg from 'pg'

/**
 * The three ledgers of an account. Open-to-buy is the customer's and equals what is available; the other two are the issuer's.
 * A limit moves commitment -> open-to-buy, a hold open-to-buy -> pending, a release pending -> open-to-buy.
 */
export type Ledger = 'open-to-buy' | 'pending' | 'commitment'

export interface Movement {
  kind: 'limit' | 'hold' | 'release'
  accountId: string
  /** Reference of the authorisation, `null` where there is none. */
  reference: string | null
  from: Ledger
  to: Ledger
  /** Minor units, over 0. */
  amount: bigint
}

const insertEntry = `
with entry as (insert into journal_entries (kind, reference) values ($1, $2) returning id)
insert into postings (entry_id, ledger, account_id, amount)
select entry.id, side.ledger, $3, side.amount
from entry, (values ($4, -$6::bigint), ($5, $6::bigint)) as side (ledger, amount)`

/** Writes one balanced entry of two postings. The database refuses entries that do not balance. */
export async function post(tx: pg.PoolClient, movement: Movement): Promise<void> {
  const { kind, reference, accountId, from, to, amount } = movement
  await tx.query(insertEntry, [kind, reference, accountId, from, to, amount])
}

/** The books, checked: every figure but the first two is 0 in sound books. */
export interface LedgerBalance {
  entries: bigint
  postings: bigint
  /** Sum of all postings. */
  sum: bigint
  unbalancedEntries: bigint
  /** Accounts whose held amount or limit differs from their postings. */
  driftingAccounts: bigint
}

const balanceQuery = `
with by_entry as (select entry_id, sum(amount) as total, count(*) as postings from postings group by entry_id),
by_account as (
  select account_id,
    sum(amount) filter (where ledger = 'open-to-buy') as available,
    coalesce(sum(amount) filter (where ledger = 'pending'), 0) as held
  from postings group by account_id)
select
  (select count(*) from journal_entries) as entries,
  (select coalesce(sum(postings), 0) from by_entry) as postings,
  (select coalesce(sum(total), 0) from by_entry) as sum,
  (select count(*) from by_entry where total <> 0) as unbalanced,
  (select count(*) from accounts a left join by_account b on b.account_id = a.id
    where a.held <> coalesce(b.held, 0) or a.credit_limit - a.held <> coalesce(b.available, 0)) as drifting`

/** Checks the books in one query, which therefore sees one moment. */
export async function readLedgerBalance(pool: pg.Pool): Promise<LedgerBalance> {
  const { rows } =
    await pool.query<Record<'entries' | 'postings' | 'sum' | 'unbalanced' | 'drifting', string>>(balanceQuery)
  const row = rows[0]
  if (row === undefined) throw new Error('Cannot read the ledger balance: the query gave no row')
  return {
    entries: BigInt(row.entries),
    postings: BigInt(row.postings),
    sum: BigInt(row.sum),
    unbalancedEntries: BigInt(row.unbalanced),
    driftingAccounts: BigInt(row.drifting),
  }
}
