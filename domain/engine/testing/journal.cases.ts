import { expect, test } from 'vitest'
import { createRunState } from '../src/create-run-state.ts'
import type { Journal } from '../src/ports.ts'
import { jobOf, planOf } from './plan-of.ts'

const plan = planOf([jobOf('build', 'build'), jobOf('test', 'test')])

/** What every journal promises (see `ports.ts`). `open` gives an empty one, and a fresh run id each time it is asked. */
export function journalCases(open: () => Promise<{ journal: Journal; runId: () => string }>): void {
  test('a created run is loaded as it was', async () => {
    const { journal, runId } = await open()
    const state = createRunState(runId(), plan, [])
    await journal.create(state)
    expect(await journal.load(state.runId)).toEqual(state)
  })

  test('a run that is not there is named in the error', async () => {
    const { journal, runId } = await open()
    const id = runId()
    await expect(journal.load(id)).rejects.toMatchObject({
      code: 'ENGINE_RUN_UNKNOWN',
      message: expect.stringContaining(id),
    })
  })

  test('creating a run twice is refused', async () => {
    const { journal, runId } = await open()
    const state = createRunState(runId(), plan, [])
    await journal.create(state)
    await expect(journal.create(state)).rejects.toMatchObject({ code: 'ENGINE_RUN_EXISTS' })
  })

  test('steps are kept in order, and the state after the last one is loaded', async () => {
    const { journal, runId } = await open()
    const state = createRunState(runId(), plan, [])
    await journal.create(state)
    const first = await journal.step(state.runId, { kind: 'run.begun' }, 1000)
    expect(first.commands).toEqual([{ kind: 'offer-job', job: 'build', attempt: 1 }])
    const finished = { job: 'build', attempt: 1, outcome: 'success', reason: null, exitCode: 0 } as const
    await journal.step(state.runId, { kind: 'job.finished', payload: finished }, 2000)
    expect((await journal.load(state.runId)).jobs['test']?.status).toBe('pending')
  })

  test('steps asked for at once happen one after the other', async () => {
    const { journal, runId } = await open()
    const wide = planOf(Array.from({ length: 20 }, (_, index) => jobOf(`job-${index}`, 'build')))
    const state = createRunState(runId(), wide, [])
    await journal.create(state)
    await journal.step(state.runId, { kind: 'run.begun' }, 0)
    await Promise.all(
      wide.jobs.map(({ name }) =>
        journal.step(
          state.runId,
          { kind: 'job.finished', payload: { job: name, attempt: 1, outcome: 'success', reason: null, exitCode: 0 } },
          1,
        ),
      ),
    )
    expect((await journal.load(state.runId)).status).toBe('success')
  })
}
