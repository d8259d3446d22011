import { sql, type Kysely } from 'kysely'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { migratedDatabase } from '../../testing/migrated-database.ts'
import type { OpenDatabase } from '../database.ts'

const { url, reason } = inject('postgres')

const id = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
const day = (date: number): Date => new Date(Date.UTC(2026, 0, date))

describe.skipIf(url === null)(`a database of the version before 0005 ${reason}`, () => {
  let open: OpenDatabase

  beforeAll(async () => {
    open = await migratedDatabase(url ?? '', '0004-proposed-policy', fillAsBefore)
  })
  afterAll(() => open?.close())

  test('knows of each run since when it was good, also of one that was started and canceled afterwards', async () => {
    const runs = open.db.selectFrom('run').select(['number', 'good_at']).orderBy('number')
    expect(await runs.execute()).toEqual([
      { number: 1, good_at: day(1) },
      { number: 2, good_at: day(2) },
      { number: 3, good_at: null },
    ])
    const states = open.db.selectFrom('journal').select('state').orderBy('run_id')
    const kept = { version: 1 }
    expect((await states.execute()).map(({ state }) => state)).toEqual([
      { ...kept, succeeded: true },
      { ...kept, succeeded: true },
      kept,
    ])
  })
})

/** Rows as the version before wrote them: a run that is good, one that was canceled after that, and one that failed. */
async function fillAsBefore(db: Kysely<unknown>): Promise<void> {
  await sql`insert into project (slug, name, default_branch, folder, created_at)
    values ('one', 'one', 'main', '/', now())`.execute(db)
  const ends = [['success'], ['success', 'canceled'], ['failed']]
  for (const [at, statuses] of ends.entries()) {
    const index = at + 1
    await sql`insert into run (id, project, number, ref, commit, before_commit, title, author, source, trigger_actor,
        deliver, plan, plan_digest, policy, policy_ref, policy_commit, policy_digest, protected_definitions, delivery,
        created_at)
      values (${id(index)}, 'one', ${index}, 'main', '', '', '', '', '', '{}', true, '{}', '', '{}', '', '', '', '{}',
        '{}', now())`.execute(db)
    await sql`insert into journal (run_id, state, status)
      values (${id(index)}, '{"version": 1}', ${statuses.at(-1)})`.execute(db)
    for (const [later, status] of statuses.entries())
      await sql`insert into log (id, at, actor, project, run_id, kind, payload)
        values (${id(index * 10 + later)}, ${day(index + later)}, '{}', 'one', ${id(index)}, 'run.finished',
          ${JSON.stringify({ status, reason: null })})`.execute(db)
  }
}
