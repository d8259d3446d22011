import { jobOf } from '@sluice/engine/testing'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { GroupRig } from '../../testing/group-rig.ts'
import { endUntakenAttempts, untakenMaxMs } from '../runner/end-untaken-attempts.ts'
import { grantResource } from './grant-resource.ts'

const { url, reason } = inject('postgres')

describe.skipIf(url === null)(`resource groups over the runs of a project ${reason}`, () => {
  let rig: GroupRig
  beforeAll(async () => {
    rig = await GroupRig.start(url ?? '')
    await rig.work()
  })
  afterAll(() => rig?.close())

  const deploy = jobOf('deploy', 'deploy', { resourceGroup: 'production' })
  const becomes = (runId: string, status: string, job = 'deploy') =>
    expect.poll(() => rig.statusOf(runId, job), { timeout: 10_000, interval: 20 }).toBe(status)

  test('one run has the group, the next one waits for it and gets it when the job has ended', async () => {
    const first = await rig.begin('order', [deploy])
    const second = await rig.begin('order', [deploy])
    expect([await rig.statusOf(first, 'deploy'), await rig.statusOf(second, 'deploy')]).toEqual([
      'pending',
      'waiting_for_resource',
    ])
    expect(await rig.attempts(second)).toEqual([])
    await rig.end(first, 'deploy')
    await becomes(second, 'pending')
    expect(await rig.attempts(second)).toMatchObject([{ job: 'deploy', number: 1, status: 'pending' }])
    expect((await rig.group('order', 'production'))?.claims).toMatchObject([{ runId: second, state: 'held' }])
  })

  test('groups of one name in two projects are two groups', async () => {
    const [one, other] = [await rig.begin('mine', [deploy]), await rig.begin('yours', [deploy])]
    expect([await rig.statusOf(one, 'deploy'), await rig.statusOf(other, 'deploy')]).toEqual(['pending', 'pending'])
  })

  test.each<[string, (runId: string) => Promise<void>]>([
    ['fails', (runId) => rig.end(runId, 'deploy', 'failed')],
    ['is canceled with its run', (runId) => rig.cancel(runId)],
  ])('a job that %s gives the group to the next run', async (how, end) => {
    const project = `end-${how.length}`
    const first = await rig.begin(project, [deploy])
    const second = await rig.begin(project, [deploy])
    await end(first)
    await becomes(second, 'pending')
  })

  test('a run that is canceled while it waits leaves the line', async () => {
    const runs = [
      await rig.begin('leave', [deploy]),
      await rig.begin('leave', [deploy]),
      await rig.begin('leave', [deploy]),
    ]
    const [first = '', second = '', third = ''] = runs
    await rig.cancel(second)
    await rig.end(first, 'deploy')
    await becomes(third, 'pending')
    expect(await rig.statusOf(second, 'deploy')).toBe('canceled')
  })

  test('a further attempt lets the run that waits go first', async () => {
    const retried = { ...deploy, retry: { max: 1, when: [], exitCodes: [] } }
    const first = await rig.begin('retry', [retried])
    const second = await rig.begin('retry', [deploy])
    await rig.end(first, 'deploy', 'failed')
    await becomes(second, 'pending')
    expect(await rig.statusOf(first, 'deploy')).toBe('waiting_for_resource')
    await rig.end(second, 'deploy')
    await becomes(first, 'pending')
    expect((await rig.attempts(first)).map(({ number }) => number)).toEqual([1, 2])
  })

  test('a grant that is told late, twice or of a claim that is gone offers nothing', async () => {
    const first = await rig.begin('late', [deploy])
    const second = await rig.begin('late', [deploy])
    const { db } = rig.open
    const grant = (runId: string, attempt = 1) =>
      grantResource(
        { db, journal: rig.journal, clock: rig.clock },
        { project: 'late', group: 'production', runId, job: 'deploy', attempt },
      )
    await grant(second)
    await grant(first)
    await grant(first, 2)
    expect(await rig.statusOf(second, 'deploy')).toBe('waiting_for_resource')
    expect(await rig.attempts(first)).toHaveLength(1)
  })

  test('many runs at once, each with two groups in another order: never two at a time, and all end', async () => {
    const jobs = (flip: boolean) =>
      ['a', 'b', 'c', 'd'].map((name, index) =>
        jobOf(name, 'test', { resourceGroup: (index % 2 === 0) === flip ? 'left' : 'right' }),
      )
    const runs = await Promise.all(Array.from({ length: 6 }, (_, index) => rig.begin('busy', jobs(index % 2 === 0))))
    const most = { left: 0, right: 0 }
    for (let open = runs; open.length > 0;) {
      const live = (await Promise.all(open.map((id) => rig.run(id)))).flatMap(({ id, state }) =>
        Object.values(state.jobs)
          .filter(({ status }) => status === 'pending')
          .map(({ name, resourceGroup }) => ({ id, name, group: resourceGroup as 'left' | 'right' })),
      )
      for (const side of ['left', 'right'] as const)
        most[side] = Math.max(
          most[side],
          new Set(live.filter(({ group }) => group === side).map(({ id, name }) => id + name)).size,
        )
      await Promise.all(live.map(({ id, name }) => rig.end(id, name)))
      const rows = await Promise.all(open.map((id) => rig.run(id)))
      open = rows.filter(({ status }) => status === 'running').map(({ id }) => id)
    }
    expect(most).toEqual({ left: 1, right: 1 })
    expect(rig.failed).toEqual([])
    expect((await rig.group('busy', 'left'))?.claims).toEqual([])
  }, 60_000)

  describe('a job that no runner takes', () => {
    const endUntaken = (startedAtMs: number) =>
      endUntakenAttempts({ db: rig.open.db, journal: rig.journal, clock: rig.clock, startedAtMs })

    test('gives the group back after an hour, and says why', async () => {
      const startedAtMs = rig.clock.now()
      const first = await rig.begin('untaken', [deploy, jobOf('free', 'deploy')])
      const second = await rig.begin('untaken', [deploy])
      rig.wait(untakenMaxMs - 1)
      await endUntaken(startedAtMs)
      expect(await rig.statusOf(first, 'deploy')).toBe('pending')
      rig.wait(2)
      await endUntaken(rig.clock.now())
      expect(await rig.statusOf(first, 'deploy')).toBe('pending')
      await endUntaken(startedAtMs)
      const { state } = await rig.run(first)
      expect(state.jobs['deploy']).toMatchObject({ status: 'failed', reason: 'stuck_or_timeout_failure' })
      expect(state.jobs['free']?.status).toBe('pending')
      await becomes(second, 'pending')
      await endUntaken(startedAtMs)
      expect(await rig.statusOf(second, 'deploy')).toBe('pending')
    })
  })
})
