import { randomInt, randomUUID } from 'node:crypto'

import type pg from 'pg'

import { once, type Answer } from '../idempotency/once.ts'
import { readLedgerBalance } from '../ledger/journal.ts'
import { currency, toJsonInteger } from '../money.ts'
import { authorise } from '../operations/authorise.ts'
import { openAccount } from '../operations/open-account.ts'
import { readAvailable } from '../operations/read-available.ts'
import { reverse } from '../operations/reverse.ts'
import { Problem } from '../problem.ts'
import { responseCodes } from '../response-codes.ts'
import { authorisationRequest, openAccountRequest, parseBody, reversalRequest } from './requests.ts'

/** A write: its answer is stored under the key and given again to repeats. */
export type KeyedRoute = (pool: pg.Pool, key: string, body: string) => Promise<Answer & { replayed: boolean }>

export const postAccount: KeyedRoute = (pool, key, body) => {
  const { creditLimit } = parseBody(openAccountRequest, body)
  const asked = { operation: 'open-account', fields: [String(creditLimit)] }
  return once(pool, { key, asked }, async (tx) => {
    const accountId = randomUUID()
    await openAccount(tx, { accountId, creditLimit })
    const limit = toJsonInteger(creditLimit)
    return answer(201, { accountId, currency, creditLimit: limit, held: 0, available: limit })
  })
}

export const postAuthorisation: KeyedRoute = (pool, key, body) => {
  const { accountId, reference, amount } = parseBody(authorisationRequest, body)
  const asked = { operation: 'authorise', fields: [accountId, reference, String(amount)] }
  return once(pool, { key, asked }, async (tx) => {
    const { code, approvalCode } = await authorise(tx, { accountId, reference, amount, approvalCode: sixDigits() })
    const approved = code === responseCodes.approved
    return answer(200, { accountId, reference, amount: toJsonInteger(amount), currency, approved, code, approvalCode })
  })
}

export const postReversal: KeyedRoute = (pool, key, body) => {
  const { accountId, reference, amount = null } = parseBody(reversalRequest, body)
  const asked = { operation: 'reverse', fields: [accountId, reference, String(amount)] }
  return once(pool, { key, asked }, async (tx) => {
    const { released, originalSeen } = await reverse(tx, { accountId, reference, amount })
    const code = responseCodes.approved
    return answer(200, {
      accountId,
      reference,
      accepted: true,
      code,
      released: toJsonInteger(released),
      currency,
      originalSeen,
    })
  })
}

/** What an account may still spend. */
export async function getAvailable(pool: pg.Pool, accountId: string): Promise<Answer> {
  const found = await readAvailable(pool, accountId)
  if (found === null)
    throw new Problem(404, 'ACCOUNT_UNKNOWN', `Cannot read account ${accountId}: there is none with this id`)
  return answer(200, {
    accountId,
    currency,
    creditLimit: toJsonInteger(found.creditLimit),
    held: toJsonInteger(found.held),
    available: toJsonInteger(found.available),
  })
}

/** The state of the books, for those who run the service. */
export async function getLedgerBalance(pool: pg.Pool): Promise<Answer> {
  const books = await readLedgerBalance(pool)
  const balanced = books.sum === 0n && books.unbalancedEntries === 0n && books.driftingAccounts === 0n
  const figures = Object.entries(books).map(([name, value]) => [name, toJsonInteger(value)])
  return answer(200, { balanced, ...Object.fromEntries(figures) })
}

function answer(status: number, body: Record<string, unknown>): Answer {
  return { status, body: JSON.stringify(body) }
}

function sixDigits(): string {
  return String(randomInt(1_000_000)).padStart(6, '0')
}
