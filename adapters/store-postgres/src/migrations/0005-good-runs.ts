import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * That a run was found good is a fact of its own, no longer how its jobs stand now: a person may start a job of it
 * afterwards. Of earlier runs the log tells it.
 */
export const goodRuns: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}

const statements = [
  `alter table run add column good_at timestamptz`,
  `update run set good_at = (select min(log.at) from log
    where log.run_id = run.id and log.kind = 'run.finished' and log.payload ->> 'status' = 'success')`,
  `update journal set state = journal.state || '{"succeeded": true}' from run
    where journal.run_id = run.id::text and run.good_at is not null`,
]
