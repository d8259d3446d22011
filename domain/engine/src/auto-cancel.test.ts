import type { Plan, PlanAutoCancel, PlanJob } from '@sluice/contracts/plan'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jobOf, needs, planOf } from '../testing/plan-of.ts'
import { simulateRun } from '../testing/simulate-run.ts'
import { createRunState } from './create-run-state.ts'
import { decide } from './decide.ts'
import type { RunCommand, RunEvent, RunState } from './run-state.ts'

const start = (job: string, attempt = 1): RunEvent => ({
  kind: 'job.started',
  payload: { job, attempt, runnerId: 'r', isolation: 'uid' },
})
const end = (job: string, outcome: 'success' | 'failed' = 'success', attempt = 1): RunEvent => ({
  kind: 'job.finished',
  payload: { job, attempt, outcome, reason: 'script_failure', exitCode: outcome === 'success' ? 0 : 1 },
})
const outdated: RunEvent = { kind: 'run.outdated', payload: { byRunNumber: 12 } }
const why = 'canceled for run 12 of a newer commit'

function play(
  jobs: PlanJob[],
  autoCancel: PlanAutoCancel | undefined,
  events: RunEvent[],
  gates: { name: string; after: string }[] = [],
) {
  const plan: Plan = { ...planOf(jobs), ...(autoCancel === undefined ? {} : { autoCancel }) }
  let state: RunState = createRunState('run', plan, gates)
  let commands: RunCommand[] = []
  for (const event of [{ kind: 'run.begun' } as const, ...events]) ({ state, commands } = decide(state, event, 1000))
  return {
    state,
    ended: commands.flatMap((c) => (c.kind === 'record' && c.entry.kind === 'run.finished' ? [c.entry.payload] : [])),
    stopped: commands.flatMap((c) => (c.kind === 'cancel-job' ? [c.job] : [])),
    statuses: Object.fromEntries(Object.values(state.jobs).map(({ name, status }) => [name, status])),
    reasons: Object.fromEntries(Object.values(state.jobs).map(({ name, reason }) => [name, reason])),
  }
}

const on = (onNewCommit: PlanAutoCancel['onNewCommit']): PlanAutoCancel => ({ onNewCommit, onJobFailure: 'none' })
const may = (name: string, stage: string, more: Partial<PlanJob> = {}) =>
  jobOf(name, stage, { interruptible: true, ...more })

describe('a newer commit: conservative, which is the default', () => {
  test.each([[undefined], [on('conservative')]])('ends a run in which nothing has started (%o)', (autoCancel) => {
    const { state, ended, stopped, reasons } = play([jobOf('a', 'build'), jobOf('b', 'test')], autoCancel, [outdated])
    expect(stopped).toEqual(['a'])
    expect(ended).toEqual([{ status: 'canceled', reason: why }])
    expect(reasons).toEqual({ a: why, b: why })
    expect(state.status).toBe('canceled')
  })

  test('ends a run whose started jobs are interruptible, when they have stopped', () => {
    const jobs = [may('a', 'build'), jobOf('b', 'test')]
    expect(play(jobs, undefined, [start('a'), outdated])).toMatchObject({
      stopped: ['a'],
      ended: [],
      statuses: { a: 'running', b: 'canceled' },
    })
    const { ended, reasons } = play(jobs, undefined, [start('a'), outdated, end('a', 'failed')])
    expect(ended).toEqual([{ status: 'canceled', reason: why }])
    expect(reasons).toEqual({ a: why, b: why })
  })

  const retried = jobOf('a', 'build', { retry: { max: 1, when: [], exitCodes: [] } })
  test.each<[string, PlanJob[], RunEvent[]]>([
    ['runs', [jobOf('a', 'build')], [start('a')]],
    ['has ended', [jobOf('a', 'build'), may('b', 'test')], [start('a'), end('a')]],
    ['ran before its new attempt', [retried], [start('a'), end('a', 'failed')]],
  ])('leaves a run alone once a job that is not interruptible %s', (_, jobs, events) => {
    const before = play(jobs, undefined, events).state
    expect(decide(before, outdated, 2000)).toEqual({ state: before, commands: [] })
  })

  test('has no say over a run that has ended', () => {
    const before = play([may('a', 'build')], undefined, [start('a'), end('a')]).state
    expect(decide(before, outdated, 2000)).toEqual({ state: before, commands: [] })
  })

  test('a run whose job failed before has failed, as in GitLab', () => {
    const jobs = [may('a', 'build'), may('b', 'build')]
    const { ended } = play(jobs, undefined, [start('a'), end('a', 'failed'), outdated, end('b', 'failed')])
    expect(play(jobs, undefined, [start('a'), end('a', 'failed'), outdated]).ended).toEqual([
      { status: 'failed', reason: 'job "a" failed (script_failure: exit code 1)' },
    ])
    expect(ended).toEqual([])
  })
})

describe('a newer commit: interruptible', () => {
  const jobs = [may('a', 'build'), jobOf('b', 'build'), may('c', 'test', { needs: [] }), jobOf('d', 'test')]

  test('ends the interruptible jobs alone, and what needs them does not run', () => {
    const one = play(jobs, on('interruptible'), [start('a'), start('b'), outdated])
    expect(one.stopped).toEqual(['a', 'c'])
    expect(one.statuses).toEqual({ a: 'running', b: 'running', c: 'canceled', d: 'created' })
    const { statuses, ended, reasons } = play(jobs, on('interruptible'), [
      start('a'),
      start('b'),
      outdated,
      end('a', 'failed'),
      end('b'),
    ])
    expect(statuses).toEqual({ a: 'canceled', b: 'success', c: 'canceled', d: 'skipped' })
    expect(reasons).toMatchObject({ a: why, c: why, d: 'job "a" canceled' })
    expect(ended).toEqual([{ status: 'canceled', reason: why }])
  })

  test('a job that succeeds before it hears of it has succeeded', () => {
    const events = [start('a'), outdated, end('a')]
    expect(play([may('a', 'build')], on('interruptible'), events).ended).toEqual([{ status: 'success', reason: null }])
  })

  test('no further attempt follows, and a job that waits for a person waits on', () => {
    const retry = { max: 2, when: [], exitCodes: [] }
    const some = [may('a', 'build', { retry }), may('m', 'build', { when: 'manual', allowFailure: true })]
    const { statuses } = play(some, on('interruptible'), [start('a'), outdated, end('a', 'failed')])
    expect(statuses).toEqual({ a: 'canceled', m: 'manual' })
  })

  test('a run that lacks only a job that may fail has succeeded', () => {
    const some = [may('a', 'build', { allowFailure: true }), jobOf('b', 'build')]
    const events = [start('b'), outdated, end('b')]
    expect(play(some, on('interruptible'), events).ended).toEqual([{ status: 'success', reason: null }])
  })

  test.each<[string, Partial<PlanJob>, Record<string, string>]>([
    ['must succeed', {}, { next: 'skipped', mend: 'skipped', clean: 'skipped' }],
    ['may fail', { allowFailure: true }, { next: 'pending', mend: 'skipped', clean: 'pending' }],
  ])('after a canceled job that %s begins what GitLab lets begin', (_, more, after) => {
    for (const form of [{}, { needs: needs('a') }]) {
      const some = [
        may('a', 'build', more),
        jobOf('b', 'build'),
        jobOf('next', 'test', form),
        jobOf('mend', 'test', { when: 'on_failure', ...form }),
        jobOf('clean', 'test', { when: 'always', ...form }),
      ]
      const { statuses } = play(some, on('interruptible'), [start('b'), outdated, end('b')])
      expect(statuses).toEqual({ a: 'canceled', b: 'success', ...after })
    }
  })

  test('after a failed and a canceled job begins what mends and what cleans up', () => {
    const some = [
      may('a', 'build'),
      jobOf('b', 'build'),
      jobOf('next', 'test'),
      jobOf('mend', 'test', { when: 'on_failure' }),
      jobOf('clean', 'test', { when: 'always' }),
    ]
    const { statuses } = play(some, on('interruptible'), [start('b'), outdated, end('b', 'failed')])
    expect(statuses).toMatchObject({ next: 'skipped', mend: 'pending', clean: 'pending' })
  })

  test('a run whose gate lacks what a canceled job would have brought counts as canceled', () => {
    const closed: RunEvent = { kind: 'gate.decided', payload: { gate: 'quality', decision: 'closed' } }
    const gates = [{ name: 'quality', after: 'build' }]
    const { ended } = play([may('a', 'build')], on('interruptible'), [outdated, closed], gates)
    expect(ended).toEqual([{ status: 'canceled', reason: why }])
  })
})

test('a newer commit: none changes nothing', () => {
  const before = play([may('a', 'build')], on('none'), []).state
  expect(decide(before, outdated, 2000)).toEqual({ state: before, commands: [] })
})

describe('a job that fails', () => {
  const all: PlanAutoCancel = { onNewCommit: 'none', onJobFailure: 'all' }
  const jobs = [
    jobOf('a', 'build'),
    jobOf('b', 'build'),
    jobOf('c', 'test', { needs: needs('b') }),
    jobOf('clean', 'test', { when: 'always' }),
  ]

  test('ends all others with on_job_failure: all, and the run has failed', () => {
    const { stopped, statuses, reasons } = play(jobs, all, [start('a'), start('b'), end('a', 'failed')])
    expect(stopped).toEqual(['b'])
    expect(statuses).toEqual({ a: 'failed', b: 'running', c: 'canceled', clean: 'canceled' })
    expect(reasons['c']).toBe('canceled as job "a" failed')
    const { ended, reasons: after } = play(jobs, all, [start('a'), start('b'), end('a', 'failed'), end('b', 'failed')])
    expect(ended).toEqual([{ status: 'failed', reason: 'job "a" failed (script_failure: exit code 1)' }])
    expect(after['b']).toBe('canceled as job "a" failed')
  })

  test.each<[string, Partial<PlanJob>, PlanAutoCancel | undefined]>([
    ['may fail', { allowFailure: true }, all],
    ['may fail with this exit code', { allowFailure: { exitCodes: [1] } }, all],
    ['is tried again', { retry: { max: 1, when: [], exitCodes: [] } }, all],
    ['fails where nothing is said', {}, undefined],
    ['fails with on_job_failure: none', {}, on('conservative')],
  ])('ends nothing when it %s', (_, more, autoCancel) => {
    const some = [jobOf('a', 'build', more), jobOf('b', 'build')]
    expect(play(some, autoCancel, [start('a'), end('a', 'failed')])).toMatchObject({
      stopped: [],
      statuses: { b: 'pending' },
    })
  })

  test('ends them when its last attempt has failed', () => {
    const some = [jobOf('a', 'build', { retry: { max: 1, when: [], exitCodes: [] } }), jobOf('b', 'build')]
    expect(play(some, all, [start('a'), end('a', 'failed'), start('a', 2), end('a', 'failed', 2)]).stopped).toEqual([
      'b',
    ])
  })
})

describe('a newer commit and failing jobs: properties over random plans and orders', () => {
  const job = fc.record({
    stage: fc.constantFrom('s0', 's1', 's2'),
    interruptible: fc.boolean(),
    allowFailure: fc.boolean(),
    retries: fc.nat(1),
    resourceGroup: fc.constantFrom(null, 'x'),
  })
  const request = fc.record({
    specs: fc.array(job, { minLength: 1, maxLength: 6 }),
    autoCancel: fc.record<PlanAutoCancel>({
      onNewCommit: fc.constantFrom('conservative', 'interruptible', 'none'),
      onJobFailure: fc.constantFrom('all', 'none'),
    }),
    seed: fc.nat(),
  })

  test('every run ends, and nothing is canceled but what the pipeline says', () => {
    fc.assert(
      fc.property(request, ({ specs, autoCancel, seed }) => {
        const jobs = specs
          .toSorted((a, b) => a.stage.localeCompare(b.stage))
          .map(({ stage, retries, ...more }, index) =>
            jobOf(`j${index}`, stage, { ...more, retry: { max: retries, when: [], exitCodes: [] } }),
          )
        const plan = { ...planOf(jobs), stages: ['s0', 's1', 's2'], autoCancel }
        const steps = simulateRun({ plan, gates: [], seed, isCanceled: false, isOutdated: true })
        const last = steps.at(-1)?.after as RunState
        expect(last.status).not.toBe('running')
        expect(Object.values(last.jobs).filter(({ status }) => status === 'created')).toEqual([])
        const started = new Set<string>()
        for (const { event, before, after, commands } of steps) {
          if (event.kind === 'job.started' && before.jobs[event.payload.job]?.status === 'pending')
            started.add(event.payload.job)
          const stopped = commands.flatMap((one) => (one.kind === 'cancel-job' ? [one.job] : []))
          if (event.kind === 'run.outdated') {
            const firm = jobs.filter(({ interruptible }) => !interruptible).map(({ name }) => name)
            if (autoCancel.onNewCommit === 'none') expect(stopped).toEqual([])
            if (autoCancel.onNewCommit === 'interruptible')
              expect(stopped.filter((name) => firm.includes(name))).toEqual([])
            if (firm.some((name) => started.has(name)) && autoCancel.onNewCommit === 'conservative')
              expect(after).toEqual(before)
          } else if (event.kind === 'job.finished') {
            if (autoCancel.onJobFailure === 'none') expect(stopped).toEqual([])
            if (stopped.length > 0) expect(after.status === 'failed' || after.cancelReason !== undefined).toBe(true)
          } else expect(stopped).toEqual([])
        }
      }),
      { numRuns: 300 },
    )
  })
})
