import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { freshDatabase, makeProject, makeRun, type FreshDatabase } from '../testing/index.ts'
import {
  findChild,
  findParent,
  findRun,
  findRunOf,
  keepAsGood,
  listChildren,
  listLineage,
  listRuns,
  listTree,
  openDatabase,
  PostgresJournal,
  runNumbers,
  type OpenDatabase,
} from './index.ts'

const { url, reason } = inject('postgres')

describe.skipIf(url === null)(`a run with children ${reason}`, () => {
  let fresh: FreshDatabase
  let open: OpenDatabase
  let ids: { root: string; child: string; below: string; other: string }

  beforeAll(async () => {
    fresh = await freshDatabase(url ?? '')
    open = await openDatabase(fresh.url)
    await makeProject(open.db)
    const journal = new PostgresJournal(open.db)
    const make = () => makeRun(open.db, journal)
    ids = { root: await make(), child: await make(), below: await make(), other: await make() }
    await makeChild(ids.child, ids.root, 'a')
    await makeChild(ids.below, ids.child, 'b')
  })
  afterAll(async () => {
    await open?.close()
    await fresh?.drop()
  })

  const makeChild = (id: string, parent_run_id: string, parent_job: string, parent_attempt: number | null = 1) =>
    open.db
      .updateTable('run')
      .set({ deliver: false, parent_run_id, parent_job, parent_attempt })
      .where('id', '=', id)
      .execute()
  const rowOf = async (id: string) => {
    const run = await findRun(open.db, id)
    if (run === null) throw new Error(`no run ${id}`)
    return run
  }

  test('knows them, and they know it', async () => {
    const { root, child, below, other } = ids
    expect(await findParent(open.db, root)).toBeNull()
    expect(await findParent(open.db, randomUUID())).toBeNull()
    expect(await findParent(open.db, child)).toEqual({ runId: root, job: 'a', attempt: 1 })
    expect((await findChild(open.db, { runId: root, job: 'a', attempt: 1 }))?.id).toBe(child)
    expect(await findChild(open.db, { runId: root, job: 'a', attempt: 2 })).toBeNull()
    expect((await listChildren(open.db, root)).map(({ id }) => id)).toEqual([child])
    expect((await listLineage(open.db, await rowOf(below))).map(({ id }) => id)).toEqual([root, child, below])
    expect((await listLineage(open.db, await rowOf(other))).map(({ id }) => id)).toEqual([other])
    expect((await listTree(open.db, root)).toSorted()).toEqual([root, child, below].toSorted())
    expect(await runNumbers(open.db, [root, below])).toEqual(
      new Map([
        [root, 1],
        [below, 3],
      ]),
    )
    expect(await runNumbers(open.db, [])).toEqual(new Map())
  })

  test('is listed without them', async () => {
    expect((await listRuns(open.db, 'card')).map(({ number }) => number)).toEqual([4, 1])
    await open.db.updateTable('run').set({ commit: 'c' }).where('id', '=', ids.child).execute()
    expect(await findRunOf(open.db, 'card', 'main', 'c')).toBeNull()
  })

  test('has one child for an attempt, which proves nothing and delivers nothing', async () => {
    const { root, child, other } = ids
    await expect(makeChild(other, root, 'a')).rejects.toThrow('run_child_of_attempt')
    await expect(makeChild(other, root, 'c', null)).rejects.toThrow('run_parent_whole')
    const good = open.db.transaction().execute((unit) => keepAsGood(unit, child, 0))
    await expect(good).rejects.toThrow('run_child_proves_nothing')
    const deliver = open.db.updateTable('run').set({ deliver: true }).where('id', '=', child).execute()
    await expect(deliver).rejects.toThrow('run_child_proves_nothing')
  })
})
