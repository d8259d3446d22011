import { describe, expect, test } from 'vitest'
import type { PlanJob } from '@sluice/contracts/plan'
import { jobOf, needs, planOf } from '../testing/plan-of.ts'
import { createRunState } from './create-run-state.ts'
import { decide } from './decide.ts'
import type { RunCommand, RunEvent } from './run-state.ts'

/** Runs events one after the other and gathers what was commanded. */
function play(jobs: PlanJob[], events: RunEvent[], gates: { name: string; after: string }[] = []) {
  let state = createRunState('run', planOf(jobs), gates)
  const commands: RunCommand[] = []
  for (const event of [{ kind: 'run.begun' } as const, ...events]) {
    const step = decide(state, event, 1000)
    state = step.state
    commands.push(...step.commands)
  }
  const statuses = Object.fromEntries(Object.values(state.jobs).map((job) => [job.name, job.status]))
  return {
    state,
    commands,
    statuses,
    offered: commands.flatMap((c) => (c.kind === 'offer-job' ? [`${c.job}#${c.attempt}`] : [])),
  }
}

const end = (
  job: string,
  outcome: 'success' | 'failed' = 'success',
  attempt = 1,
  exitCode = outcome === 'success' ? 0 : 1,
): RunEvent => ({
  kind: 'job.finished',
  payload: { job, attempt, outcome, reason: outcome === 'success' ? null : 'script_failure', exitCode },
})

describe('decide(): order', () => {
  test('jobs of a stage start together, the next stage waits for all of them', () => {
    const jobs = [jobOf('a', 'build'), jobOf('b', 'build'), jobOf('c', 'test')]
    expect(play(jobs, []).offered).toEqual(['a#1', 'b#1'])
    expect(play(jobs, [end('a')]).offered).toEqual(['a#1', 'b#1'])
    expect(play(jobs, [end('a'), end('b')]).offered).toEqual(['a#1', 'b#1', 'c#1'])
  })

  test('a job with needs starts as soon as they have ended, whatever its stage', () => {
    const jobs = [jobOf('fast', 'build'), jobOf('slow', 'build'), jobOf('check', 'test', { needs: needs('fast') })]
    expect(play(jobs, [end('fast')]).offered).toEqual(['fast#1', 'slow#1', 'check#1'])
  })

  test.each(['constructor', '__proto__', 'gone'])('a need of job "%s" that is not in the plan is none', (name) => {
    expect(play([jobOf('a', 'build', { needs: needs(name) })], []).offered).toEqual(['a#1'])
  })

  test('empty needs start at once', () => {
    expect(play([jobOf('a', 'build'), jobOf('b', 'test', { needs: [] })], []).offered).toEqual(['a#1', 'b#1'])
  })
})

describe('decide(): failure', () => {
  test('a failed job skips what comes after it and fails the run, with the reason', () => {
    const { state, statuses } = play([jobOf('a', 'build'), jobOf('b', 'test')], [end('a', 'failed')])
    expect(statuses).toEqual({ a: 'failed', b: 'skipped' })
    expect(state.jobs['b']?.reason).toBe('job "a" failed')
    expect(state.status).toBe('failed')
  })

  test.each<[string, PlanJob['allowFailure'], number, string]>([
    ['allow_failure: true', true, 1, 'success'],
    ['allow_failure: false', false, 1, 'failed'],
    ['a listed exit code', { exitCodes: [42] }, 42, 'success'],
    ['an exit code that is not listed', { exitCodes: [42] }, 1, 'failed'],
  ])('%s', (_, allowFailure, exitCode, status) => {
    const { state } = play(
      [jobOf('a', 'build', { allowFailure }), jobOf('b', 'test')],
      [end('a', 'failed', 1, exitCode), end('b')],
    )
    expect(state.status).toBe(status)
  })

  test('when: on_failure runs after a failure and is skipped after success', () => {
    const jobs = [jobOf('a', 'build'), jobOf('mend', 'test', { when: 'on_failure' })]
    expect(play(jobs, [end('a', 'failed')]).offered).toContain('mend#1')
    expect(play(jobs, [end('a')]).statuses['mend']).toBe('skipped')
  })

  test.each<[string, PlanJob[], RunEvent[]]>([
    ['was skipped', [jobOf('a', 'build', { when: 'on_failure' })], []],
    ['waits for a person', [jobOf('a', 'build', { when: 'manual', allowFailure: true })], []],
    ['failed and may', [jobOf('a', 'build', { allowFailure: true })], [end('a', 'failed')]],
  ])('when: on_failure is skipped after a job that it needs and that %s', (_, jobs, events) => {
    const mend = jobOf('mend', 'test', { when: 'on_failure', needs: needs('a') })
    expect(play([...jobs, mend], events).statuses['mend']).toBe('skipped')
  })

  test('a failed attempt is tried again as often as retry says, and each attempt is told', () => {
    const jobs = [jobOf('a', 'build', { retry: { max: 2, when: [], exitCodes: [] } })]
    const { offered, state, commands } = play(jobs, [
      end('a', 'failed', 1),
      end('a', 'failed', 2),
      end('a', 'failed', 3),
    ])
    expect(offered).toEqual(['a#1', 'a#2', 'a#3'])
    expect(state.status).toBe('failed')
    expect(commands.filter((c) => c.kind === 'record' && c.entry.kind === 'job.finished')).toHaveLength(3)
  })

  test('retry:when admits only its reasons', () => {
    const jobs = [jobOf('a', 'build', { retry: { max: 2, when: ['runner_system_failure'], exitCodes: [] } })]
    expect(play(jobs, [end('a', 'failed')]).offered).toEqual(['a#1'])
  })
})

describe('decide(): gates', () => {
  const jobs = [jobOf('test', 'test'), jobOf('scan', 'scan', { needs: [] }), jobOf('package', 'deploy')]
  const gates = [{ name: 'quality', after: 'scan' }]
  const decided = (decision: 'open' | 'closed'): RunEvent => ({
    kind: 'gate.decided',
    payload: { gate: 'quality', decision },
  })

  test('is asked for once, after its stage and those before have ended; later jobs wait for it', () => {
    const { commands, offered, state } = play(jobs, [end('scan'), end('test'), end('test')], gates)
    expect(commands.filter((c) => c.kind === 'decide-gate')).toHaveLength(1)
    expect(offered).not.toContain('package#1')
    expect(state.jobs['package']?.reason).toBe('waits for gate "quality"')
  })

  test('open lets later jobs start', () => {
    expect(play(jobs, [end('scan'), end('test'), decided('open')], gates).offered).toContain('package#1')
  })

  test('closed skips later jobs and fails the run', () => {
    const { state, statuses } = play(jobs, [end('scan'), end('test'), decided('closed')], gates)
    expect(statuses['package']).toBe('skipped')
    expect(state.status).toBe('failed')
  })

  test('decides also when a job failed, so that the verdict tells why', () => {
    const { commands } = play(jobs, [end('scan'), end('test', 'failed')], gates)
    expect(commands.some((c) => c.kind === 'decide-gate')).toBe(true)
  })

  test('of a stage that the change left out stands after the last stage: it cannot be slipped past', () => {
    const { commands, state } = play([jobOf('test', 'test')], [end('test')], gates)
    expect(commands.some((c) => c.kind === 'decide-gate')).toBe(true)
    expect(state.status).toBe('running')
  })
})

describe('decide(): manual, delayed, cancel', () => {
  test('a manual job that may fail holds nobody up; played, it runs', () => {
    const jobs = [jobOf('m', 'build', { when: 'manual', allowFailure: true }), jobOf('b', 'test')]
    expect(play(jobs, []).offered).toEqual(['b#1'])
    expect(play(jobs, [{ kind: 'job.played', payload: { job: 'm' } }]).offered).toContain('m#1')
  })

  const played = (job: string): RunEvent => ({ kind: 'job.played', payload: { job } })

  test('what needs a manual job does not run before it, nor does what needs that', () => {
    const jobs = [
      jobOf('approve', 'build', { when: 'manual', allowFailure: true }),
      jobOf('deploy', 'test', { needs: needs('approve') }),
      jobOf('tell', 'test', { needs: needs('deploy') }),
      jobOf('other', 'test'),
    ]
    const { offered, statuses, state } = play(jobs, [end('other')])
    expect(offered).toEqual(['other#1'])
    expect(statuses).toEqual({ approve: 'manual', deploy: 'skipped', tell: 'skipped', other: 'success' })
    expect(state.jobs['deploy']?.reason).toBe('job "approve" waits for a person to start it')
    expect(state.status).toBe('success')
    const events = [end('other'), played('approve'), end('approve'), end('deploy'), end('tell')]
    const after = play(jobs, events)
    expect(after.offered).toEqual(['other#1', 'approve#1', 'deploy#1', 'tell#1'])
    expect(after.state.status).toBe('success')
  })

  test('a run that has ended goes on when a person starts a job of it, and ends again', () => {
    const jobs = [jobOf('a', 'build'), jobOf('m', 'deploy', { when: 'manual', allowFailure: true })]
    expect(play(jobs, [end('a')]).state.status).toBe('success')
    expect(play(jobs, [end('a'), played('m')]).state.status).toBe('running')
    const { commands, state } = play(jobs, [end('a'), played('m'), played('m'), end('m', 'failed')])
    expect(state.status).toBe('success')
    expect(commands.filter((c) => c.kind === 'record' && c.entry.kind === 'run.finished')).toHaveLength(2)
  })

  test.each<[string, PlanJob['allowFailure'], string]>([
    ['a job that may fail', true, 'success'],
    ['a job that must succeed', false, 'canceled'],
  ])('a run that succeeded and is canceled while %s of it runs again ends as it should', (_, allowFailure, status) => {
    const jobs = [
      jobOf('a', 'build'),
      jobOf('m', 'deploy', { when: 'manual', allowFailure: true }),
      jobOf('n', 'deploy', { needs: needs('m'), allowFailure }),
    ]
    const cancel: RunEvent = { kind: 'run.cancel-requested', payload: { reason: 'x' } }
    const { statuses, state } = play(jobs, [end('a'), played('m'), cancel, end('m', 'failed')])
    expect(statuses).toEqual({ a: 'success', m: 'canceled', n: 'canceled' })
    expect([state.status, state.succeeded]).toEqual([status, true])
    expect(decide(state, played('m'), 1).state).toEqual(state)
  })

  test('a run that succeeded and whose job, started later, fails without leave has failed, and succeeded before', () => {
    const jobs = [
      jobOf('m', 'deploy', { when: 'manual', allowFailure: true }),
      jobOf('n', 'deploy', { needs: needs('m') }),
    ]
    const { state } = play(jobs, [played('m'), end('m'), end('n', 'failed')])
    expect([state.status, state.succeeded]).toEqual(['failed', true])
  })

  test.each([
    ['a run that was canceled', [{ kind: 'run.cancel-requested', payload: { reason: 'x' } } as const, played('m')]],
    ['a job that has ended', [end('a'), played('a')]],
    ['a job that is not there', [end('a'), played('constructor')]],
  ])('%s cannot be started again', (_, events) => {
    const jobs = [jobOf('a', 'build'), jobOf('m', 'deploy', { when: 'manual', allowFailure: true })]
    const before = play(jobs, events.slice(0, -1)).state
    expect(decide(before, events.at(-1) as RunEvent, 1).state).toEqual(before)
  })

  test('a manual job that must succeed blocks what follows', () => {
    const jobs = [jobOf('m', 'build', { when: 'manual' }), jobOf('b', 'test')]
    const { offered, state } = play(jobs, [])
    expect(offered).toEqual([])
    expect(state.status).toBe('running')
  })

  test('a delayed job asks to be woken and starts when due', () => {
    const jobs = [jobOf('d', 'build', { when: 'delayed', startInMs: 5000 })]
    expect(play(jobs, []).commands).toContainEqual({ kind: 'wake', job: 'd', atMs: 6000 })
    expect(play(jobs, [{ kind: 'job.due', payload: { job: 'd' } }]).offered).toEqual(['d#1'])
  })

  test('cancel stops live attempts, cancels the rest, and ends when they have ended', () => {
    const jobs = [jobOf('a', 'build'), jobOf('b', 'test')]
    const cancel: RunEvent = { kind: 'run.cancel-requested', payload: { reason: 'asked by local:0' } }
    const started: RunEvent = {
      kind: 'job.started',
      payload: { job: 'a', attempt: 1, runnerId: 'r', isolation: 'uid' },
    }
    const { commands, statuses, state } = play(jobs, [started, cancel])
    expect(commands).toContainEqual({ kind: 'cancel-job', job: 'a', attempt: 1 })
    expect(statuses).toEqual({ a: 'running', b: 'canceled' })
    const ended = decide(
      state,
      { kind: 'job.finished', payload: { job: 'a', attempt: 1, outcome: 'failed', reason: null, exitCode: null } },
      2000,
    )
    expect(ended.state.status).toBe('canceled')
  })

  test('an event of an older attempt, or of a job that has ended, changes nothing', () => {
    const jobs = [jobOf('a', 'build', { retry: { max: 1, when: [], exitCodes: [] } })]
    const { state } = play(jobs, [end('a', 'failed', 1)])
    expect(decide(state, end('a', 'success', 1), 1)).toEqual({ state, commands: [] })
  })
})

describe('decide(): as many jobs as a plan may have', () => {
  const count = 10_000
  const name = (index: number) => `j${String(index).padStart(4, '0')}`

  test('a chain of needs that stands backwards is skipped in one step, and comes back in one', () => {
    const jobs = Array.from({ length: count }, (_, index) =>
      index === count - 1
        ? jobOf(name(index), 'test', { when: 'manual', allowFailure: true })
        : jobOf(name(index), 'test', { needs: needs(name(index + 1)) }),
    )
    const begun = play(jobs, [])
    expect(begun.commands.filter((c) => c.kind === 'record' && c.entry.kind === 'job.skipped')).toHaveLength(count - 1)
    const played = decide(begun.state, { kind: 'job.played', payload: { job: name(count - 1) } }, 1)
    expect(new Set(Object.values(played.state.jobs).map(({ status }) => status))).toEqual(
      new Set(['created', 'pending']),
    )
  })

  test('the last job of a big stage lets a big stage begin', () => {
    const jobs = Array.from({ length: count }, (_, index) => jobOf(name(index), index % 2 === 0 ? 'build' : 'test'))
    const { state } = play(jobs, [])
    for (const job of Object.values(state.jobs)) if (job.stage === 'build') job.status = 'success'
    Object.assign(state.jobs[name(0)] ?? {}, { status: 'running' })
    expect(decide(state, end(name(0)), 1).commands.filter(({ kind }) => kind === 'offer-job')).toHaveLength(count / 2)
  })
})
