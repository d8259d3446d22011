import { Kysely, PostgresDialect, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../../testing/index.ts'
import { openDatabase, type OpenDatabase } from '../database.ts'
import { migrations } from './index.ts'

const { url, reason } = inject('postgres')

const id = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
const day = (date: number): Date => new Date(Date.UTC(2026, 0, date))

describe.skipIf(url === null)(`a database of the version before 0006 ${reason}`, () => {
  let fresh: FreshDatabase
  let open: OpenDatabase

  beforeAll(async () => {
    fresh = await freshDatabase(url ?? '')
    await fillAsBefore(fresh.url)
    open = await openDatabase(fresh.url)
  })
  afterAll(async () => {
    await open?.close()
    await fresh?.drop()
  })

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
async function fillAsBefore(databaseUrl: string): Promise<void> {
  const db = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: databaseUrl }) }),
  })
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateTo('0004-proposed-policy')
  if (error !== undefined) throw error
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
  await db.destroy()
}
