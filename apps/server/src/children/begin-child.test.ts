import { randomUUID } from 'node:crypto'
import { childJobOf, jobOf, planOf } from '@sluice/engine/testing'
import { memoryBlobStore } from '@sluice/execution/testing'
import type { GitRepository } from '@sluice/git'
import {
  findRun,
  listChildren,
  openDatabase,
  PostgresJournal,
  prepareJobs,
  readLog,
  type OpenDatabase,
} from '@sluice/store-postgres'
import { freshDatabase, makeProject, makeRun, type FreshDatabase } from '@sluice/store-postgres/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { followStepWith } from '../runs/follow-step.ts'
import { beginChild, type ChildMakers } from './begin-child.ts'
import { cancelChild } from './cancel-child.ts'
import { tellParent } from './tell-parent.ts'

const { url, reason } = inject('postgres')

/** A commit with one more pipeline file. */
const repository = {
  commitInfo: async () => ({ title: 't', message: 't', author: 'a', committedAt: 0, commit: 'a', parents: [] }),
  changedPaths: async () => [],
  listFiles: async () => ['child.yml'],
  listTree: async () => [{ path: 'child.yml', mode: '100644', blob: 'x', sizeBytes: 1 }],
  readBlob: async () => Buffer.from('inner: { script: x }'),
  folder: '/nowhere',
} as unknown as GitRepository

describe.skipIf(url === null)(`the child of an attempt ${reason}`, () => {
  let fresh: FreshDatabase
  let open: OpenDatabase
  let makers: ChildMakers
  let nowMs = 0
  let failed: string[] = []
  let openRepository: () => Promise<GitRepository>

  beforeAll(async () => {
    fresh = await freshDatabase(url ?? '')
    open = await openDatabase(fresh.url)
    await prepareJobs(open.pool)
    await makeProject(open.db)
    const clock = { now: () => nowMs }
    const ids = { next: () => randomUUID() }
    makers = {
      db: open.db,
      journal: new PostgresJournal(open.db, followStepWith(clock, ids)),
      clock,
      ids,
      blobs: memoryBlobStore(),
      repositoryOf: () => openRepository(),
      serverUrl: () => 'http://localhost',
      failed: (_, error) => void failed.push(String(error)),
    }
  })
  afterAll(async () => {
    await open?.close()
    await fresh?.drop()
  })
  beforeEach(() => {
    nowMs = 1_000_000
    failed = []
    openRepository = async () => repository
  })

  /** A run whose job `down` has its turn. */
  async function begin(): Promise<{ runId: string; job: string; attempt: number; sinceMs: number }> {
    const plan = planOf([childJobOf('down', 'build', 'depend'), jobOf('other', 'build')])
    const runId = await makeRun(open.db, makers.journal, 'card', [], plan)
    await makers.journal.step(runId, { kind: 'run.begun' }, nowMs)
    return { runId, job: 'down', attempt: 1, sinceMs: nowMs }
  }
  const downOf = async (runId: string) => (await findRun(open.db, runId))?.state.jobs['down']
  const kindsOf = async (runId: string) => (await readLog(open.db, { runId })).map(({ kind }) => kind)
  const cancel = (runId: string) =>
    makers.journal.step(runId, { kind: 'run.cancel-requested', payload: { reason: 'x' } }, nowMs)
  const tasks = async (runId: string) => {
    const found = await open.pool.query<{ task_identifier: string; run_at: Date }>(
      'select task_identifier, run_at from graphile_worker.jobs where key like $1',
      [`begin-child:${runId}:%`],
    )
    return found.rows.map(({ task_identifier: task, run_at: at }) => [task, at.getTime()])
  }

  test('is asked of the queue in the step in which its job has its turn', async () => {
    const { runId } = await begin()
    expect(await tasks(runId)).toMatchObject([['begin-child', expect.any(Number)]])
  })

  test('begins once, whoever asks how often, also at once', async () => {
    const wanted = await begin()
    await Promise.all([beginChild(makers, wanted), beginChild(makers, wanted), beginChild(makers, wanted)])
    await beginChild(makers, wanted)
    const [child, ...others] = await listChildren(open.db, wanted.runId)
    expect(others).toEqual([])
    expect(await downOf(wanted.runId)).toMatchObject({ status: 'running', child: { runId: child?.id } })
    expect(await kindsOf(wanted.runId)).toEqual(['child.begun'])
    expect(await kindsOf(child?.id ?? '')).toEqual(['run.created'])
    expect(failed).toEqual([])
  })

  test('does not begin after a cancel, also one that comes while it is planned', async () => {
    const wanted = await begin()
    openRepository = async () => {
      await cancel(wanted.runId)
      await cancelChild(makers, wanted)
      return repository
    }
    await beginChild(makers, wanted)
    await beginChild(makers, wanted)
    expect(await listChildren(open.db, wanted.runId)).toEqual([])
    expect(await downOf(wanted.runId)).toMatchObject({ status: 'canceled' })
  })

  test('is tried again while the machine is at fault, and refused with the fault when that stays', async () => {
    const wanted = await begin()
    openRepository = () => Promise.reject(new Error('the disk is away'))
    await beginChild(makers, wanted)
    expect(failed).toEqual(['Error: the disk is away'])
    expect(await downOf(wanted.runId)).toMatchObject({ status: 'pending' })
    expect(await tasks(wanted.runId)).toEqual([['begin-child', nowMs + 2000]])
    nowMs += 120_000
    await beginChild(makers, wanted)
    expect(await downOf(wanted.runId)).toMatchObject({
      status: 'failed',
      reason: 'its child cannot be created: the disk is away',
    })
    expect(await kindsOf(wanted.runId)).toEqual(['child.refused', 'job.finished'])
  })

  test('tells its run what is news, and that once', async () => {
    const wanted = await begin()
    await beginChild(makers, wanted)
    const [child] = await listChildren(open.db, wanted.runId)
    const id = child?.id ?? ''
    const stepsOf = async (runId: string) =>
      Number((await open.pool.query('select count(*) from run_event where run_id = $1', [runId])).rows[0]?.['count'])
    const before = await stepsOf(wanted.runId)
    await tellParent(makers, id)
    expect(await stepsOf(wanted.runId)).toBe(before)
    const payload = { job: 'inner', attempt: 1, outcome: 'success', reason: null, exitCode: 0 } as const
    await makers.journal.step(id, { kind: 'job.finished', payload }, nowMs)
    await Promise.all([tellParent(makers, id), tellParent(makers, id)])
    expect(await stepsOf(wanted.runId)).toBe(before + 1)
    expect(await downOf(wanted.runId)).toMatchObject({ status: 'success', child: { status: 'success' } })
    expect(await kindsOf(wanted.runId)).toEqual(['child.begun', 'child.ended', 'job.finished'])
    await tellParent(makers, wanted.runId)
  })
})
