import type { Plan, PlanJob } from '@sluice/contracts/plan'
import { childJobOf, jobOf, needs, planOf } from '@sluice/engine/testing'
import { fixedClock } from '@sluice/kernel'
import { describe, expect, test } from 'vitest'
import { driveRun, type AttemptEnd, type DriveRequest, type RunHands } from './drive-run.ts'
import { JobRoom } from './job-room.ts'
import { LocalResourceGroups } from './local-resource-groups.ts'

const ended: AttemptEnd = { outcome: 'success', reason: null, exitCode: 0 }
const failed: AttemptEnd = { outcome: 'failed', reason: 'script_failure', exitCode: 1 }

/** Runs jobs that end as told at once; notes the order and how many ran at a time. */
async function drive(
  jobs: PlanJob[],
  more: Partial<DriveRequest> = {},
  hands: Partial<RunHands> = {},
): Promise<{ order: string[]; most: number; statuses: Record<string, string>; status: string }> {
  const order: string[] = []
  let now = 0
  let most = 0
  const runJob: RunHands['runJob'] = async (job, attempt, signal) => {
    order.push(attempt === 1 ? job.name : `${job.name}#${attempt}`)
    most = Math.max(most, ++now)
    const end = await (hands.runJob?.(job, attempt, signal) ?? Promise.resolve(ended))
    now -= 1
    return end
  }
  const decideGate: RunHands['decideGate'] = async (gate) => {
    order.push(`gate ${gate}`)
    return hands.decideGate?.(gate) ?? 'open'
  }
  const state = await driveRun(
    {
      runId: 'r',
      plan: planOf(jobs),
      gates: [],
      isolationOf: () => 'none',
      room: new JobRoom(4),
      groups: new LocalResourceGroups(),
      clock: fixedClock(0),
      signal: new AbortController().signal,
      ...more,
    },
    {
      runJob,
      decideGate,
      beginChild: hands.beginChild ?? (async () => ({ refused: 'no child is expected' })),
      tellWaiting: (job, group) => void order.push(`${job} waits for ${group}`),
    },
  )
  const statuses = Object.fromEntries(Object.values(state.jobs).map(({ name, status }) => [name, status]))
  return { order, most, statuses, status: state.status }
}

const failing =
  (...names: string[]): RunHands['runJob'] =>
  async ({ name }) =>
    names.includes(name) ? failed : ended

describe('driveRun()', () => {
  test('keeps the order of stages and needs, and the gate between them', async () => {
    const jobs = [
      jobOf('install', 'build'),
      jobOf('test', 'test', { needs: needs('install') }),
      jobOf('package', 'deploy'),
    ]
    const { order, status } = await drive(jobs, { gates: [{ name: 'quality', after: 'test' }] })
    expect(order).toEqual(['install', 'test', 'gate quality', 'package'])
    expect(status).toBe('success')
  })

  test('runs nothing behind a closed gate', async () => {
    const jobs = [jobOf('test', 'test'), jobOf('package', 'deploy')]
    const gates = [{ name: 'quality', after: 'test' }]
    const { order, status } = await drive(jobs, { gates }, { decideGate: async () => 'closed' })
    expect(order).toEqual(['test', 'gate quality'])
    expect(status).toBe('failed')
  })

  test.each([1, 2, 3])('runs at most %i jobs at once', async (concurrency) => {
    const jobs = ['a', 'b', 'c', 'd', 'e'].map((name) => jobOf(name, 'test'))
    const { order, most } = await drive(jobs, { room: new JobRoom(concurrency) })
    expect(order).toHaveLength(5)
    expect(most).toBe(concurrency)
  })

  test('skips what needs a failed job, and goes on after one that may fail', async () => {
    const jobs = [
      jobOf('may', 'build', { allowFailure: true }),
      jobOf('bad', 'build', { needs: [] }),
      jobOf('after-may', 'test', { needs: needs('may') }),
      jobOf('after-bad', 'test', { needs: needs('bad') }),
    ]
    const { statuses, status } = await drive(jobs, {}, { runJob: failing('may', 'bad') })
    expect(statuses).toEqual({ may: 'failed', bad: 'failed', 'after-may': 'success', 'after-bad': 'skipped' })
    expect(status).toBe('failed')
  })

  test('tries a job again as often as it may', async () => {
    const retry: PlanJob['retry'] = { max: 2, when: ['always'], exitCodes: [] }
    const { order, status } = await drive(
      [jobOf('flaky', 'test', { retry })],
      {},
      { runJob: async (_, attempt) => (attempt < 3 ? failed : ended) },
    )
    expect([order, status]).toEqual([['flaky', 'flaky#2', 'flaky#3'], 'success'])
  })

  test.each([
    [false, 'running'],
    [true, 'success'],
  ])('leaves a manual job alone (it may fail: %s) and ends', async (allowFailure, status) => {
    const jobs = [jobOf('deploy', 'test', { when: 'manual', allowFailure })]
    expect(await drive(jobs)).toMatchObject({ order: [], status, statuses: { deploy: 'manual' } })
  })

  test('waits for a delayed job', async () => {
    expect(await drive([jobOf('later', 'test', { when: 'delayed', startInMs: 1 })])).toMatchObject({
      status: 'success',
    })
  })

  test('does not wait for a delayed job that is canceled', async () => {
    const interrupt = new AbortController()
    const runJob: RunHands['runJob'] = async () => (interrupt.abort(), ended)
    const jobs = [jobOf('later', 'test', { when: 'delayed', startInMs: 600_000 }), jobOf('now', 'test')]
    const { order, statuses } = await drive(jobs, { signal: interrupt.signal }, { runJob })
    expect([order, statuses['later']]).toEqual([['now'], 'canceled'])
  })

  test.each(['runJob', 'beginChild', 'decideGate'] as const)(
    'a fault in %s ends it once all that is under way has been stopped',
    async (faulty) => {
      const told: string[] = []
      const stopped = async (name: string, signal: AbortSignal): Promise<AttemptEnd> => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        await Promise.resolve()
        told.push(`${name} stopped`)
        return { outcome: 'canceled', reason: null, exitCode: null }
      }
      const fault = async (): Promise<never> => Promise.reject(new Error('a fault'))
      const jobs = [
        jobOf('first', 'build'),
        jobOf('long', 'test', { needs: [] }),
        childJobOf('child', 'test', 'depend'),
        jobOf('bad', 'test'),
        jobOf('never', 'deploy'),
      ]
      const running = drive(
        jobs,
        { gates: faulty === 'decideGate' ? [{ name: 'quality', after: 'build' }] : [] },
        {
          runJob: async (job, _, signal) => {
            if (job.name === 'long') return stopped(job.name, signal)
            return job.name === 'bad' && faulty === 'runJob' ? fault() : ended
          },
          ...(faulty === 'beginChild' ? { beginChild: fault } : {}),
          ...(faulty === 'decideGate' ? { decideGate: fault } : {}),
        },
      ).finally(() => told.push('ended'))
      await expect(running).rejects.toThrow('a fault')
      // Nothing is under way while a gate is decided.
      expect(told).toEqual(faulty === 'decideGate' ? ['ended'] : ['long stopped', 'ended'])
    },
  )

  test('stops running jobs and starts no other one when it is interrupted', async () => {
    const interrupt = new AbortController()
    const runJob: RunHands['runJob'] = async (_, _attempt, signal) => {
      const stopped = new Promise((resolve) => signal.addEventListener('abort', resolve))
      interrupt.abort()
      await stopped
      return { outcome: 'canceled', reason: null, exitCode: null }
    }
    const jobs = [jobOf('first', 'test'), jobOf('second', 'test'), jobOf('last', 'deploy')]
    const { order, status } = await drive(jobs, { signal: interrupt.signal, room: new JobRoom(1) }, { runJob })
    expect([order, status]).toEqual([['first'], 'canceled'])
  })

  test('runs jobs of one resource group one after the other, tells which of them wait, and runs others meanwhile', async () => {
    const inGroup = { resourceGroup: 'device' }
    const running = new Set<string>()
    const runJob: RunHands['runJob'] = async ({ name }) => {
      running.add(name)
      expect([...running].filter((one) => one !== 'free').length).toBeLessThanOrEqual(1)
      await Promise.resolve()
      running.delete(name)
      return ended
    }
    const jobs = [
      jobOf('a', 'test', inGroup),
      jobOf('b', 'test', inGroup),
      jobOf('c', 'test', inGroup),
      jobOf('free', 'test'),
    ]
    const { order, status } = await drive(jobs, {}, { runJob })
    const all = ['a', 'b', 'b waits for device', 'c', 'c waits for device', 'free']
    expect([order.toSorted(), status]).toEqual([all, 'success'])
  })

  test('stops the other jobs when one fails and the pipeline wants that', async () => {
    const plan: Plan = {
      ...planOf([jobOf('long', 'test'), jobOf('bad', 'test'), jobOf('queued', 'test'), jobOf('last', 'deploy')]),
      autoCancel: { onNewCommit: 'conservative', onJobFailure: 'all' },
    }
    const runJob: RunHands['runJob'] = async ({ name }, _, signal) => {
      if (name === 'bad') return failed
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return { outcome: 'canceled', reason: null, exitCode: null }
    }
    const { order, statuses, status } = await drive([], { plan, room: new JobRoom(2) }, { runJob })
    expect(order).toEqual(['long', 'bad'])
    expect(statuses).toEqual({ long: 'canceled', bad: 'failed', queued: 'canceled', last: 'canceled' })
    expect(status).toBe('failed')
  })

  test('ends with the fault where a job cannot be handled', async () => {
    const runJob = () => Promise.reject(new Error('no disk'))
    await expect(drive([jobOf('one', 'test')], {}, { runJob })).rejects.toThrow('no disk')
  })

  test('runs a child in the same room, and waits for one that no job waits for', async () => {
    const room = new JobRoom(1)
    const below: string[] = []
    const beginChild: RunHands['beginChild'] = async (job) => {
      const jobs = [jobOf('c1', 'test'), jobOf('c2', 'test')]
      const end = driveChild(jobs, room, (name) => below.push(`${job.name}/${name}`))
      return { runId: job.name, end }
    }
    const jobs = [childJobOf('alone', 'build', null), childJobOf('waits', 'build', 'depend'), jobOf('after', 'test')]
    const { order, statuses, status } = await drive(jobs, { room }, { beginChild })
    expect(below.toSorted()).toEqual(['alone/c1', 'alone/c2', 'waits/c1', 'waits/c2'])
    expect([order, status, statuses]).toEqual([
      ['after'],
      'success',
      { alone: 'success', waits: 'success', after: 'success' },
    ])
  })

  test('goes on where there can be no child, and leaves a job whose child waits for a person', async () => {
    const blocked = [jobOf('asks', 'test', { when: 'manual' })]
    const beginChild: RunHands['beginChild'] = async (job) =>
      job.name === 'none' ? { refused: 'why' } : { runId: 'c', end: driveChild(blocked, new JobRoom(1)) }
    const jobs = [childJobOf('none', 'build', null, { allowFailure: true }), childJobOf('waits', 'build', 'mirror')]
    const { statuses, status } = await drive(jobs, {}, { beginChild })
    expect([statuses, status]).toEqual([{ none: 'failed', waits: 'running' }, 'running'])
  })

  test('an interruption stops children, also of a run that has ended', async () => {
    const interrupt = new AbortController()
    const stopped: string[] = []
    const beginChild: RunHands['beginChild'] = async ({ name }, _attempt, signal) => {
      const end = new Promise((resolve) => signal.addEventListener('abort', resolve)).then(() => {
        stopped.push(name)
        return driveChild([jobOf('a', 'test')], new JobRoom(1), undefined, AbortSignal.abort())
      })
      setImmediate(() => interrupt.abort())
      return { runId: name, end }
    }
    const alone = await drive([childJobOf('alone', 'build', null)], { signal: interrupt.signal }, { beginChild })
    expect([stopped, alone.status]).toEqual([['alone'], 'success'])
    const again = new AbortController()
    setImmediate(() => again.abort())
    const waits = await drive([childJobOf('waits', 'build', 'depend')], { signal: again.signal }, { beginChild })
    expect([stopped, waits.status, waits.statuses]).toEqual([['alone', 'waits'], 'canceled', { waits: 'canceled' }])
  })

  function driveChild(
    jobs: PlanJob[],
    room: JobRoom,
    told: (name: string) => unknown = () => undefined,
    signal = new AbortController().signal,
    groups = new LocalResourceGroups(),
  ) {
    const request = { runId: 'c', plan: planOf(jobs), gates: [], room, groups }
    return driveRun(
      { ...request, isolationOf: () => 'none', clock: fixedClock(0), signal },
      {
        runJob: async ({ name }) => (told(name), ended),
        decideGate: async () => 'open',
        beginChild: async () => ({ refused: 'none here' }),
        tellWaiting: () => undefined,
      },
    )
  }
})
