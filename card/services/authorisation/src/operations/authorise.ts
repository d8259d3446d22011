import type pg from 'pg'

import { post } from '../ledger/journal.ts'
import { responseCodes, type ResponseCode } from '../response-codes.ts'

export interface Authorise {
  accountId: string
  /** The network's reference of this authorisation, unique within the account. */
  reference: string
  /** Minor units, over 0. */
  amount: bigint
  /** Six digits to give out if it is approved (ISO 8583, data element 38). */
  approvalCode: string
}

export interface Authorisation {
  code: ResponseCode
  approvalCode: string | null
}

/** Holds the amount against the account, or declines. Locks in the order reference, account, like `reverse`. */
export async function authorise(tx: pg.PoolClient, request: Authorise): Promise<Authorisation> {
  if (!(await claimReference(tx, request))) return declineSecond(tx, request)
  const code = await hold(tx, request)
  const approvalCode = code === responseCodes.approved ? request.approvalCode : null
  await record(tx, request, { code, approvalCode })
  return { code, approvalCode }
}

async function claimReference(tx: pg.PoolClient, { accountId, reference, amount }: Authorise): Promise<boolean> {
  const inserted = await tx.query(
    `insert into authorisations (account_id, reference, state, amount) values ($1, $2, 'declined', $3)
     on conflict (account_id, reference) do nothing`,
    [accountId, reference, amount],
  )
  return inserted.rowCount === 1
}

/** The reference is known: its reversal overtook it, or another request has used it. */
async function declineSecond(tx: pg.PoolClient, { accountId, reference }: Authorise): Promise<Authorisation> {
  const { rows } = await tx.query<{ state: string }>(
    'select state from authorisations where account_id = $1 and reference = $2',
    [accountId, reference],
  )
  const overtaken = rows[0]?.state === 'reversed-early'
  return { code: overtaken ? responseCodes.tooLate : responseCodes.duplicate, approvalCode: null }
}

/** Check and hold are one statement: whatever runs at the same time, the limit holds. */
async function hold(tx: pg.PoolClient, { accountId, reference, amount }: Authorise): Promise<ResponseCode> {
  const updated = await tx.query('update accounts set held = held + $2 where id = $1 and credit_limit - held >= $2', [
    accountId,
    amount,
  ])
  if (updated.rowCount === 0) return explainRefusal(tx, accountId)
  await post(tx, { kind: 'hold', accountId, reference, from: 'open-to-buy', to: 'pending', amount })
  return responseCodes.approved
}

async function explainRefusal(tx: pg.PoolClient, accountId: string): Promise<ResponseCode> {
  const found = await tx.query('select from accounts where id = $1', [accountId])
  return found.rowCount === 0 ? responseCodes.noSuchAccount : responseCodes.insufficientFunds
}

async function record(tx: pg.PoolClient, request: Authorise, { code, approvalCode }: Authorisation): Promise<void> {
  await tx.query(
    `update authorisations set state = $3, response_code = $4, approval_code = $5
     where account_id = $1 and reference = $2`,
    [request.accountId, request.reference, approvalCode === null ? 'declined' : 'held', code, approvalCode],
  )
}
