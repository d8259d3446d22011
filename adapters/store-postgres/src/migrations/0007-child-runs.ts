import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * A run may be the child of another: which job began it, in which attempt. One attempt begins one child. The variables that
 * went with it win over those of reports, so their names are kept.
 */
export const childRuns: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}

const statements = [
  `alter table run
    add column parent_run_id uuid references run(id),
    add column parent_job text,
    add column parent_attempt integer,
    add column given_variables jsonb not null default '[]',
    add constraint run_child_of_attempt unique (parent_run_id, parent_job, parent_attempt),
    add constraint run_parent_whole check (num_nonnulls(parent_run_id, parent_job, parent_attempt) in (0, 3)),
    add constraint run_child_proves_nothing check (parent_run_id is null or (good_at is null and not deliver))`,
]
