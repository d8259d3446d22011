import { sql, type Kysely } from 'kysely'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { migratedDatabase } from '../../testing/migrated-database.ts'
import type { OpenDatabase } from '../database.ts'

const { url, reason } = inject('postgres')

const id = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`

describe.skipIf(url === null)(`a database of the version before resource groups ${reason}`, () => {
  let open: OpenDatabase

  beforeAll(async () => {
    open = await migratedDatabase(url ?? '', '0005-good-runs', fillAsBefore)
  })
  afterAll(() => open?.close())

  test('gives each group to the first job that is under way, and knows of those to come', async () => {
    const rows = await open.db.selectFrom('resource_group').selectAll().orderBy('name').execute()
    const claim = (run: number, job: string, attempt: number, state: string) => ({
      runId: id(run),
      runNumber: run,
      job,
      attempt,
      state,
    })
    const claims = [claim(1, 'b', 2, 'held'), claim(2, 'c', 1, 'upcoming')]
    expect(rows).toEqual([
      { project: 'one', name: 'device', state: { version: 1, mode: 'unordered', claims } },
      {
        project: 'one',
        name: 'later',
        state: { version: 1, mode: 'unordered', claims: [claim(2, 'd', 1, 'upcoming')] },
      },
    ])
  })

  test('has each run know what its groups know of it', async () => {
    const rows = await open.db.selectFrom('journal').select('state').orderBy('run_id').execute()
    const claims = rows.map(({ state }) => Object.values(state.jobs).map(({ name, claim }) => [name, claim]))
    expect(claims).toEqual([
      [
        ['a', undefined],
        ['b', 'held'],
      ],
      [
        ['b', 'held'],
        ['c', 'upcoming'],
        ['d', 'upcoming'],
        ['e', undefined],
      ],
      [['b', undefined]],
    ])
  })
})

/** Two runs that are under way at once, each with a job on a device, and one that has ended. */
async function fillAsBefore(db: Kysely<unknown>): Promise<void> {
  await sql`insert into project (slug, name, default_branch, folder, created_at)
    values ('one', 'one', 'main', '/', now())`.execute(db)
  const job = (name: string, status: string, attempt: number, resourceGroup: string | null) => ({
    [name]: { name, status, attempt, resourceGroup },
  })
  const device = 'device'
  await run(1, 'running', { ...job('a', 'success', 1, device), ...job('b', 'running', 2, device) })
  await run(2, 'running', {
    ...job('b', 'pending', 1, device),
    ...job('c', 'created', 0, device),
    ...job('d', 'delayed', 0, 'later'),
    ...job('e', 'running', 1, null),
  })
  await run(3, 'canceled', job('b', 'canceled', 1, device))

  async function run(number: number, status: string, jobs: object): Promise<void> {
    await sql`insert into run (id, project, number, ref, commit, before_commit, title, author, source, trigger_actor,
        deliver, plan, plan_digest, policy, policy_ref, policy_commit, policy_digest, protected_definitions, delivery,
        created_at)
      values (${id(number)}, 'one', ${number}, 'main', '', '', '', '', '', '{}', true, '{}', '', '{}', '', '', '', '{}',
        '{}', now())`.execute(db)
    await sql`insert into journal (run_id, state, status)
      values (${id(number)}, ${JSON.stringify({ version: 1, jobs })}, ${status})`.execute(db)
  }
}
