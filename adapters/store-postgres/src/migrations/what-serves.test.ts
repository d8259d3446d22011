import { sql, type Kysely } from 'kysely'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { migratedDatabase } from '../../testing/migrated-database.ts'
import type { OpenDatabase } from '../database.ts'
import { findDeployment } from '../deployments.ts'
import { listEnvironments } from '../projects.ts'

const { url, reason } = inject('postgres')

const id = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
const policyOf = (command: string): string => JSON.stringify({ name: 'staging', target: { command: [command] } })

describe.skipIf(url === null)(`a database of the version before 0003 ${reason}`, () => {
  let open: OpenDatabase

  beforeAll(async () => {
    open = await migratedDatabase(url ?? '', '0002-attempt-tags', fillAsBefore)
  })
  afterAll(() => open?.close())

  test('keeps with what serves the policy that it was deployed with', async () => {
    const environments = await listEnvironments(open.db, 'one')
    expect(environments.map(({ name, serving_policy }) => [name, serving_policy?.target.command])).toEqual([
      ['staging', ['deployed']],
      ['production', undefined],
    ])
  })

  test('gives a port to one environment each: to the one that was deployed to, else to the older', async () => {
    const ports = await Promise.all(['one', 'two', 'three'].map((project) => listEnvironments(open.db, project)))
    const named = ports.flat().map(({ project, name, port }) => [`${project}.${name}`, port])
    expect(Object.fromEntries(named)).toEqual({
      'one.staging': 7071,
      'one.production': 7073,
      'two.production': 7072,
      'two.staging': 7074,
      'three.staging': 0,
      'three.production': 0,
    })
  })

  test('goes on with the rollout that was under way', async () => {
    const state = (await findDeployment(open.db, id(22)))?.state
    expect(state).toMatchObject({
      verified: true,
      input: { previous: { id: 'r0', environment: { target: { command: ['newest'] } } } },
    })
  })

  test('knows of each delivery whether its deployment was begun', async () => {
    const runs = await sql<{ number: number; begun: boolean; delayed: string }>`
      select number, (delivery->>'begun')::boolean as begun, delivery->'delayedSinceMs' as delayed from run
      order by project, number`.execute(open.db)
    expect(runs.rows).toEqual([
      { number: 1, begun: true, delayed: null },
      { number: 2, begun: false, delayed: null },
      { number: 3, begun: true, delayed: null },
    ])
  })
})

/** Rows as the version before wrote them. */
async function fillAsBefore(db: Kysely<unknown>): Promise<void> {
  for (const slug of ['one', 'two', 'three'])
    await sql`insert into project (slug, name, default_branch, folder, created_at)
      values (${slug}, ${slug}, 'main', '/', now())`.execute(db)
  const run = (index: number, project: string, current: number): Promise<unknown> =>
    sql`insert into run (id, project, number, ref, commit, before_commit, title, author, source, trigger_actor, deliver,
        plan, plan_digest, policy, policy_ref, policy_commit, policy_digest, protected_definitions, delivery, created_at)
      values (${id(index)}, ${project}, ${index}, 'main', '', '', '', '', '', '{}', true, '{}', '', '{}', '', '', '', '{}',
        ${JSON.stringify({ environments: ['staging', 'production'], current })}, now())`.execute(db)
  const release = (index: number, project: string): Promise<unknown> =>
    sql`insert into release (id, project, run_id, version, digest, commit, files, size_bytes, created_at)
      values (${id(10 + index)}, ${project}, ${id(index)}, ${String(index)}, '', '', '[]', 0, now())`.execute(db)
  const environment = (project: string, name: string, position: number, port: number, releaseId: string | null) =>
    sql`insert into environment (project, name, tier, position, policy, site, port, release_id, instance_id)
      values (${project}, ${name}, 'staging', ${position}, ${policyOf('newest')}, ${`${project}.${name}`}, ${port},
        ${releaseId}, ${releaseId === null ? null : 'i'})`.execute(db)
  const deployment = (
    index: number,
    at: { project: string; environment: string; run: number; state: object; outcome: string | null },
  ): Promise<unknown> =>
    sql`insert into deployment (id, project, environment, run_id, release_id, strategy, state, outcome, sentence,
        started_at, finished_at)
      values (${id(20 + index)}, ${at.project}, ${at.environment}, ${id(at.run)}, ${id(10 + at.run)}, 'recreate',
        ${JSON.stringify(at.state)}, ${at.outcome}, '{}', now(), ${at.outcome === null ? null : new Date()})`.execute(
      db,
    )

  await run(1, 'one', 0)
  await run(2, 'one', 1)
  await run(3, 'two', 1)
  for (const [index, project] of [
    [1, 'one'],
    [2, 'one'],
    [3, 'two'],
  ] as const)
    await release(index, project)
  await environment('one', 'staging', 0, 7071, id(11))
  await environment('one', 'production', 1, 7072, null)
  await environment('two', 'staging', 0, 7071, null)
  await environment('two', 'production', 1, 7072, id(13))
  for (const [position, name] of ['staging', 'production'].entries())
    await environment('three', name, position, 0, null)
  const input = { environment: JSON.parse(policyOf('deployed')) as object, previous: null }
  await deployment(1, { project: 'one', environment: 'staging', run: 1, state: { input }, outcome: 'promoted' })
  await deployment(2, {
    project: 'two',
    environment: 'production',
    run: 3,
    state: { input: { ...input, previous: { id: 'r0' } }, instances: { candidate: { pid: 7 } } },
    outcome: null,
  })
}
