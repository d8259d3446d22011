import { readLog } from '@sluice/store-postgres'
import { jobOf } from '@sluice/engine/testing'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { GroupRig } from '../../testing/group-rig.ts'
import { runSummary } from '../views/run-summary.ts'
import { cancelRedundant } from './cancel-redundant.ts'

const { url, reason } = inject('postgres')

describe.skipIf(url === null)(`what a newer commit ends in older runs ${reason}`, () => {
  let rig: GroupRig
  beforeAll(async () => {
    rig = await GroupRig.start(url ?? '')
  })
  afterAll(() => rig?.close())

  interface Of {
    project: string
    commit: string
    ref?: string
    deliver?: boolean
  }

  async function begin({ project, commit, ref = 'main', deliver = true }: Of): Promise<string> {
    const id = await rig.begin(project, [jobOf('build', 'build')])
    await rig.open.db.updateTable('run').set({ commit, ref, deliver }).where('id', '=', id).execute()
    return id
  }
  const cancelFor = (runId: string) =>
    cancelRedundant({ db: rig.open.db, journal: rig.journal, clock: rig.clock, ids: rig.ids }, runId)

  test('an older run of the ref ends, names the newer one, and tells it once', async () => {
    const [older, newer] = [await begin({ project: 'one', commit: 'a' }), await begin({ project: 'one', commit: 'b' })]
    await cancelFor(newer)
    await cancelFor(newer)
    const run = await rig.run(older)
    expect(run).toMatchObject({ status: 'canceled', outdated_by: 2 })
    expect(run.delivery.sentence).toEqual({
      en: 'Stopped before release: canceled for run 2 of a newer commit.',
      zh: '发布前已停止：已取消：运行 #2 对应更新的提交。',
    })
    expect(runSummary({ ...run, deliver: false }, false).sentence).toEqual({
      en: 'Canceled for run 2 of a newer commit.',
      zh: '已取消：运行 #2 对应更新的提交。',
    })
    expect((await rig.run(newer)).status).toBe('running')
    const told = (await readLog(rig.open.db, { runId: older })).filter(({ kind }) => kind === 'run.outdated')
    expect(told).toMatchObject([
      { actor: { kind: 'system', id: 'auto-cancel' }, payload: { byRunId: newer, byRunNumber: 2, jobs: 'all' } },
    ])
  })

  test.each<[string, Partial<Of>, Partial<Of>]>([
    ['of the same commit', { commit: 'b' }, {}],
    ['of another ref', { ref: 'feature' }, {}],
    ['that delivers, for one that does not', {}, { deliver: false }],
    ['of another project', { project: 'else' }, {}],
  ])('a run %s goes on', async (why, ofOlder, ofNewer) => {
    const project = `on-${why.length}`
    const older = await begin({ project, commit: 'a', ...ofOlder })
    await cancelFor(await begin({ project, commit: 'b', ...ofNewer }))
    expect(await rig.run(older)).toMatchObject({ status: 'running', outdated_by: null })
  })

  test('a run that began later goes on, and one that delivers nothing ends for any', async () => {
    const older = await begin({ project: 'later', commit: 'a', deliver: false })
    const newer = await begin({ project: 'later', commit: 'b' })
    const newest = await begin({ project: 'later', commit: 'c' })
    await cancelFor(newer)
    const statuses = await Promise.all([older, newer, newest].map(async (id) => (await rig.run(id)).status))
    expect(statuses).toEqual(['canceled', 'running', 'running'])
  })

  test('a run whose job has started goes on, and tells nothing', async () => {
    const older = await begin({ project: 'started', commit: 'a' })
    const payload = { job: 'build', attempt: 1, runnerId: 'r', isolation: 'uid' } as const
    await rig.journal.step(older, { kind: 'job.started', payload }, rig.clock.now())
    await cancelFor(await begin({ project: 'started', commit: 'b' }))
    expect((await rig.run(older)).status).toBe('running')
    expect(await readLog(rig.open.db, { runId: older })).toEqual([])
  })
})
