/** The process's own time, chance and ids: the one place where they come in. */
import { createHash, randomBytes } from 'node:crypto'
import { timeOrderedIds, type Chance, type Clock, type Ids } from '@sluice/kernel'

export const systemClock: Clock = { now: () => Date.now() }

/** 48 bits of the system's randomness at a time. */
const systemChance: Chance = { next: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48 }

export const systemIds: Ids = timeOrderedIds(systemClock, systemChance)

/** A secret of 256 bits that says what it is for, so that a leaked one is recognised. */
export function newToken(prefix: string): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`
}

/** What is kept of a token. Tokens have full entropy, so a plain digest cannot be searched. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
