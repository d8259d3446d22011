import { setTimeout as delay } from 'node:timers/promises'
import type { SessionKeeper } from '@sluice/http-api'
import type { Clock, Ids } from '@sluice/kernel'
import {
  appendEntry,
  deleteSession,
  findSession,
  insertSession,
  insertSignInLink,
  useSignInLink,
  type Database,
} from '@sluice/store-postgres'
import { hashToken, newToken } from '../system.ts'

const linkLifeMs = 5 * 60_000
const sessionLifeMs = 12 * 3_600_000
/** A wrong link answers late, so that trying many takes long. */
const wrongLinkDelayMs = 300

export interface Sessions extends SessionKeeper {
  /** A new one-time token, for the fragment of a sign-in link. */
  invite(): Promise<{ token: string; expiresAtMs: number }>
}

export function sessionsWith({ db, clock, ids }: { db: Database; clock: Clock; ids: Ids }): Sessions {
  return {
    async invite() {
      const token = newToken('sign-')
      const expiresAtMs = clock.now() + linkLifeMs
      await insertSignInLink(db, { tokenHash: hashToken(token), expiresAtMs, nowMs: clock.now() })
      return { token, expiresAtMs }
    },
    async open(signInToken) {
      if (!(await useSignInLink(db, hashToken(signInToken), clock.now()))) {
        await delay(wrongLinkDelayMs)
        return null
      }
      const id = newToken('')
      const sessionId = ids.next()
      const actor = { kind: 'person', id: `session:${sessionId}` } as const
      const csrf = newToken('')
      const nowMs = clock.now()
      const context = { id: ids.next(), atMs: nowMs, actor, project: '', runId: null }
      await db.transaction().execute(async (unit) => {
        await insertSession(unit, { idHash: hashToken(id), actor, csrf, expiresAtMs: nowMs + sessionLifeMs, nowMs })
        await appendEntry(unit, context, 'session.opened', { sessionId })
      })
      return { id, actor, csrf }
    },
    find: (id) => findSession(db, hashToken(id), clock.now()),
    close: (id) => deleteSession(db, hashToken(id)),
  }
}
