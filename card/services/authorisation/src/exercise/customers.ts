import type { Call, Outcome } from './calls.ts'

/** How many accounts are in use at a time. */
const accountsInUse = 8
/** An account is given up after so many refusals for lack of funds in a row. */
const patience = 2

interface Account {
  accountId: string
  /** References that were approved and not yet taken back. */
  holds: string[]
  refusals: number
}

export interface Customers {
  /** What a customer does next. */
  next: () => Call
  /** Learns from the answer. */
  learn: (call: Call, outcome: Outcome) => void
}

/**
 * A few customers at the till: mostly they pay, small sums more often than large ones; sometimes they look at what is left,
 * take a payment back or send one twice. `chance` yields numbers in [0, 1), `newId` ids never used before.
 */
export function createCustomers(chance: () => number, newId: () => string): Customers {
  let accounts: Account[] = []
  let opening = 0
  let lastPayment: Call | null = null

  const next = (): Call => {
    if (accounts.length + opening < accountsInUse) {
      opening += 1
      return openCall(chance, newId)
    }
    const account = accounts[Math.floor(chance() * accounts.length)]
    if (account === undefined) return lookAtHealth
    const call = choose(account)
    if (call.kind === 'authorise') lastPayment = call
    return call
  }

  const choose = (account: Account): Call => {
    const dice = chance()
    if (dice < 0.2) return readCall(account)
    if (dice < 0.35) return reverseCall(account, newId)
    if (dice < 0.42 && lastPayment !== null) return { ...lastPayment, kind: 'repeat' }
    return authoriseCall(account, chance, newId)
  }

  const learn = (call: Call, { status, body }: Outcome): void => {
    if (call.kind === 'open') {
      opening -= 1
      if (status === 201) accounts.push({ accountId: String(read(body)['accountId']), holds: [], refusals: 0 })
    }
    if (call.kind !== 'authorise' || status !== 200) return
    const account = accounts.find(({ accountId }) => accountId === call.body?.['accountId'])
    if (account === undefined) return
    const approved = read(body)['approved'] === true
    if (approved) account.holds.push(String(call.body?.['reference']))
    account.refusals = approved ? 0 : account.refusals + 1
    accounts = accounts.filter(({ refusals }) => refusals < patience)
  }

  return { next, learn }
}

/** While no account is open yet there is nothing to pay with. */
const lookAtHealth: Call = { kind: 'read', method: 'GET', path: '/health', key: null, body: null }

function openCall(chance: () => number, newId: () => string): Call {
  const creditLimit = (3000 + Math.floor(chance() * 17_000)) * 100
  return { kind: 'open', method: 'POST', path: '/v1/accounts', key: newId(), body: { creditLimit, currency: 'CNY' } }
}

function authoriseCall({ accountId }: Account, chance: () => number, newId: () => string): Call {
  const body = { accountId, reference: newId(), amount: amount(chance), currency: 'CNY' }
  return { kind: 'authorise', method: 'POST', path: '/v1/authorisations', key: newId(), body }
}

/** Takes the oldest payment back or, where there is none, one whose original has not come. */
function reverseCall(account: Account, newId: () => string): Call {
  const reference = account.holds.shift() ?? newId()
  const body = { accountId: account.accountId, reference, currency: 'CNY' }
  return { kind: 'reverse', method: 'POST', path: '/v1/reversals', key: newId(), body }
}

function readCall({ accountId }: Account): Call {
  return { kind: 'read', method: 'GET', path: `/v1/accounts/${accountId}/available`, key: null, body: null }
}

/** Fen: six of ten below 60 yuan, three below 500, one up to 2,500. */
function amount(chance: () => number): number {
  const dice = chance()
  const most = dice < 0.6 ? 6000 : dice < 0.9 ? 50_000 : 250_000
  return 1 + Math.floor(chance() * most)
}

function read(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body) as Record<string, unknown>
  } catch {
    return {}
  }
}
