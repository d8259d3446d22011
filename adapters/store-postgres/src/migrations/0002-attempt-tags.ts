import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Offers carry the tags that a runner must have, so that no queue of jobs for other runners hides a job. */
export const attemptTags: Migration = {
  async up(db) {
    await sql`alter table attempt add column tags jsonb not null default '[]'`.execute(db)
    await sql`create index run_by_ref on run (project, ref, number)`.execute(db)
  },
}
