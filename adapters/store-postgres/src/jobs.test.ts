import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../testing/index.ts'
import { askFor, openDatabase, prepareJobs, startJobs, type OpenDatabase } from './index.ts'

const { url, reason } = inject('postgres')

describe.skipIf(url === null)(`the queue of jobs ${reason}`, () => {
  let fresh: FreshDatabase
  let open: OpenDatabase
  beforeAll(async () => {
    fresh = await freshDatabase(url ?? '')
    open = await openDatabase(fresh.url)
    await prepareJobs(open.pool)
  })
  afterAll(async () => {
    await open?.close()
    await fresh?.drop()
  })

  /** Works until the job "end" was done. @returns the payloads of what was done before it */
  async function workToTheEnd(onFailure: (task: string) => void = () => {}): Promise<unknown[]> {
    const done: unknown[] = []
    let finish = (): void => {}
    const ended = new Promise<void>((resolve) => {
      finish = resolve
    })
    const tasks = { note: async (payload: unknown) => void done.push(payload), end: async () => finish() }
    const runner = await startJobs(open.pool, tasks, onFailure)
    await ended
    await runner.stop()
    return done
  }

  test('what was asked for in a transaction that was rolled back is not done', async () => {
    const undone = open.db.transaction().execute(async (unit) => {
      await askFor(unit, 'note', { rolledBack: true })
      throw new Error('no')
    })
    await expect(undone).rejects.toThrow('no')
    await open.db.transaction().execute((unit) => askFor(unit, 'note', { kept: true }))
    await askFor(open.db, 'end', {}, { atMs: Date.now() })
    expect(await workToTheEnd()).toEqual([{ kept: true }])
  })

  test('a key folds repeats into one, the last', async () => {
    for (const number of [1, 2, 3]) await askFor(open.db, 'note', { number }, { key: 'folded' })
    await askFor(open.db, 'end', {})
    expect(await workToTheEnd()).toEqual([{ number: 3 }])
  })

  test('what a dead server had in its hands is done by the next', async () => {
    await askFor(open.db, 'note', { of: 'the dead' }, { key: 'held' })
    await open.pool.query(
      `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'dead', attempts = 1 where key = 'held'`,
    )
    await askFor(open.db, 'end', {})
    expect(await workToTheEnd()).toEqual([{ of: 'the dead' }])
  })

  test('a try that fails is told, with its task', async () => {
    const told = Promise.withResolvers<unknown[]>()
    await askFor(open.db, 'fails', {})
    const fails = async (): Promise<void> => {
      throw new Error('not now')
    }
    const runner = await startJobs(open.pool, { fails }, (...failure) => told.resolve(failure))
    expect(await told.promise).toEqual(['fails', expect.objectContaining({ message: 'not now' })])
    await runner.stop()
  })

  test('workers start without a word on the console', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    onTestFinished(() => warn.mockRestore())
    const runner = await startJobs(open.pool, {}, () => {})
    await runner.stop()
    expect(warn).not.toHaveBeenCalled()
  })
})
