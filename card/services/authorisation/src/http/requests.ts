import { z } from 'zod'

import { currency } from '../money.ts'
import { Problem } from '../problem.ts'

/** Minor units as a JSON integer; over 2^53 - 1 a JSON number is no longer exact and is refused. */
const minorUnits = z.int('an integer of minor units, at most 9007199254740991').transform((value) => BigInt(value))

const accountId = z.uuid('a UUID')
/** The network's own reference, for example acquirer, trace number and transmission time joined by dashes. */
const reference = z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/, '1 to 64 letters, digits or . _ : -')
const money = z.literal(currency, `"${currency}"`)
const positive = minorUnits.refine((value) => value > 0n, 'over 0')

export const openAccountRequest = z.strictObject({
  creditLimit: minorUnits.refine((value) => value >= 0n, '0 or more'),
  currency: money,
})

export const authorisationRequest = z.strictObject({ accountId, reference, amount: positive, currency: money })

/** Without `amount` all that is still held is released. */
export const reversalRequest = z.strictObject({ accountId, reference, amount: positive.optional(), currency: money })

export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{1,128}$/)

/** Reads a body by its schema, or says which field is wrong and what was wanted. */
export function parseBody<T>(schema: z.ZodType<T>, text: string): T {
  const read = schema.safeParse(parseJson(text))
  if (read.success) return read.data
  const faults = read.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${wanted(issue)}`)
  throw new Problem(400, 'REQUEST_INVALID', `Cannot read the request: ${faults.join('; ')}`)
}

/** Reads an account id out of a path. */
export function parseAccountId(text: string): string {
  const read = accountId.safeParse(text)
  if (read.success) return read.data
  throw new Problem(400, 'REQUEST_INVALID', 'Cannot read the request: the account id in the path is not a UUID')
}

/** Reads the `Idempotency-Key` header. */
export function parseIdempotencyKey(header: string | undefined): string {
  const read = idempotencyKey.safeParse(header)
  if (read.success) return read.data
  const found = header === undefined ? 'it is missing' : 'it is not 1 to 128 visible ASCII characters'
  throw new Problem(400, 'IDEMPOTENCY_KEY_INVALID', `Cannot use the Idempotency-Key header: ${found}`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Problem(400, 'REQUEST_INVALID', 'Cannot read the request: the body is not JSON', { cause })
  }
}

function wanted(issue: z.core.$ZodIssue): string {
  return issue.code === 'unrecognized_keys' ? `unknown ${issue.keys.join(', ')}` : `wanted ${issue.message}`
}
