import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** A run keeps the change's own policy where that is another one than the policy in force: it is judged by both. */
export const proposedPolicy: Migration = {
  async up(db) {
    await sql`alter table run add column proposed_policy jsonb`.execute(db)
  },
}
