import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededChance } from '@sluice/kernel'
import type { PlanJob } from '@sluice/contracts/plan'
import { childJobOf, jobOf, needs, planOf } from '../testing/plan-of.ts'
import { childEndOf } from './child-end-of.ts'
import { createRunState } from './create-run-state.ts'
import { decide } from './decide.ts'
import { isTerminal, type ChildEnd, type RunCommand, type RunEvent, type RunState } from './run-state.ts'

function play(jobs: PlanJob[], events: RunEvent[]) {
  let state = createRunState('run', planOf(jobs), [])
  const commands: RunCommand[] = []
  for (const event of [{ kind: 'run.begun' } as const, ...events]) {
    const step = decide(state, event, 1000)
    state = step.state
    commands.push(...step.commands)
  }
  const told = commands.filter(({ kind }) => kind.endsWith('-child'))
  return { state, commands, children: told, status: (name: string) => state.jobs[name]?.status }
}

const begun = (job: string, attempt = 1): RunEvent => ({
  kind: 'child.begun',
  payload: { job, attempt, runId: `${job}-${attempt}` },
})
const ended = (job: string, status: ChildEnd, attempt = 1, reason: string | null = null): RunEvent => ({
  kind: 'child.ended',
  payload: { job, attempt, status, reason },
})
const refused = (job: string, attempt = 1): RunEvent => ({
  kind: 'child.refused',
  payload: { job, attempt, reason: 'it has no jobs' },
})
const cancel: RunEvent = { kind: 'run.cancel-requested', payload: { reason: 'asked' } }

describe('a job with a child', () => {
  test('asks for its child in its turn, and is never offered to a runner', () => {
    const { commands } = play([childJobOf('child', 'build', 'depend')], [])
    expect(commands).toEqual([{ kind: 'begin-child', job: 'child', attempt: 1 }])
  })

  test('without a strategy ends as soon as its child has begun, whatever comes of that', () => {
    const jobs = [childJobOf('child', 'build', null), jobOf('after', 'test')]
    const { state, commands, status } = play(jobs, [begun('child'), ended('child', 'failed')])
    expect([status('child'), state.jobs['child']?.child?.status]).toEqual(['success', 'failed'])
    expect(commands).toContainEqual({ kind: 'offer-job', job: 'after', attempt: 1 })
  })

  test.each<['depend' | 'mirror', ChildEnd, string, string]>([
    ['depend', 'success', 'success', ''],
    ['depend', 'failed', 'failed', 'its child failed: job "a" failed'],
    ['depend', 'canceled', 'canceled', 'its child was canceled'],
    ['depend', 'skipped', 'failed', 'none of the jobs of its child ran'],
    ['mirror', 'success', 'success', ''],
    ['mirror', 'failed', 'failed', 'its child failed: job "a" failed'],
    ['mirror', 'canceled', 'canceled', 'its child was canceled'],
    ['mirror', 'skipped', 'skipped', 'none of the jobs of its child ran'],
  ])('with %s and a child that ends as %s is %s', (strategy, end, status, reason) => {
    const why = end === 'failed' ? 'job "a" failed' : null
    const jobs = [childJobOf('child', 'build', strategy), jobOf('after', 'test')]
    const before = play(jobs, [begun('child')])
    expect(before.status('child')).toBe('running')
    const { state } = play(jobs, [begun('child'), ended('child', end, 1, why)])
    expect(state.jobs['child']).toMatchObject({ status, reason, child: { status: end, runId: 'child-1' } })
  })

  test('fails when there can be no child, and may fail as any other', () => {
    const jobs = [childJobOf('child', 'build', null, { allowFailure: true }), jobOf('after', 'test')]
    const { state, commands } = play(jobs, [refused('child')])
    expect(state.jobs['child']?.reason).toBe('its child cannot be created: it has no jobs')
    expect(commands).toContainEqual({ kind: 'offer-job', job: 'after', attempt: 1 })
  })

  test('is tried again with a new child', () => {
    const jobs = [childJobOf('child', 'build', 'depend', { retry: { max: 1, when: [], exitCodes: [] } })]
    const { state, children } = play(jobs, [begun('child'), ended('child', 'failed'), begun('child', 2)])
    expect(children).toEqual([
      { kind: 'begin-child', job: 'child', attempt: 1 },
      { kind: 'begin-child', job: 'child', attempt: 2 },
    ])
    expect(state.jobs['child']?.child).toMatchObject({ status: 'running', runId: 'child-2' })
    expect(decide(state, ended('child', 'success', 1), 1).state).toEqual(state)
  })

  test('says that its child waits for a person, and when it goes on', () => {
    const jobs = [childJobOf('child', 'build', 'mirror')]
    const waits = (isWaiting: boolean): RunEvent => ({
      kind: 'child.waits',
      payload: { job: 'child', attempt: 1, isWaiting },
    })
    expect(play(jobs, [begun('child'), waits(true)]).state.jobs['child']).toMatchObject({
      status: 'running',
      reason: 'its child waits for a person',
    })
    expect(play(jobs, [begun('child'), waits(true), waits(false)]).state.jobs['child']?.reason).toBe('')
  })

  test('a cancel stops children, of jobs that have ended too, and the run ends when those that are waited for have', () => {
    const jobs = [childJobOf('waited', 'build', 'depend'), childJobOf('left', 'build', null)]
    const { state, children } = play(jobs, [begun('waited'), begun('left'), cancel])
    expect(children.slice(2)).toEqual([
      { kind: 'cancel-child', job: 'waited', attempt: 1 },
      { kind: 'cancel-child', job: 'left', attempt: 1 },
    ])
    expect(state.status).toBe('running')
    const after = decide(state, ended('waited', 'canceled'), 1).state
    expect([after.status, after.jobs['left']?.status]).toEqual(['canceled', 'success'])
    expect(decide(after, ended('left', 'canceled'), 1).state.jobs['left']?.child?.status).toBe('canceled')
  })

  test('a child that begins after the cancel is told to stop', () => {
    const { state } = play([childJobOf('child', 'build', 'depend')], [cancel])
    expect([state.status, state.jobs['child']?.status]).toEqual(['canceled', 'canceled'])
    const late = decide(state, begun('child'), 1)
    expect(late.commands).toEqual([{ kind: 'cancel-child', job: 'child', attempt: 1 }])
  })
})

describe('a job with a child and a resource group', () => {
  const grouped = (strategy: 'depend' | null) => [childJobOf('child', 'build', strategy, { resourceGroup: 'device' })]
  const granted: RunEvent = { kind: 'resource.granted', payload: { job: 'child', attempt: 1 } }
  const kinds = (commands: RunCommand[]) => commands.map(({ kind }) => kind).filter((kind) => kind !== 'record')

  test('begins its child when it has the group, and keeps it until the child has ended', () => {
    expect(kinds(play(grouped('depend'), []).commands)).toEqual(['claim-resource'])
    const running = play(grouped('depend'), [granted, begun('child')])
    expect(kinds(running.commands)).toEqual(['claim-resource', 'begin-child'])
    expect(kinds(decide(running.state, ended('child', 'success'), 1).commands)).toEqual(['release-resource'])
  })

  test('without a strategy gives it back when its child has begun', () => {
    expect(kinds(play(grouped(null), [granted, begun('child')]).commands).at(-1)).toBe('release-resource')
  })
})

describe('a newer commit', () => {
  const outdated: RunEvent = { kind: 'run.outdated', payload: { byRunNumber: 2 } }

  test('ends a job with a child through its child', () => {
    const plan = { ...planOf([childJobOf('child', 'build', 'depend', { interruptible: true })]) }
    const autoCancel = { onNewCommit: 'interruptible', onJobFailure: 'none' } as const
    let state = createRunState('run', { ...plan, autoCancel }, [])
    const all: RunCommand[] = []
    for (const event of [{ kind: 'run.begun' } as const, outdated, begun('child')]) {
      const step = decide(state, event, 1)
      state = step.state
      all.push(...step.commands)
    }
    expect(all.filter(({ kind }) => kind === 'cancel-child').length).toBeGreaterThan(0)
    expect(state.jobs['child']?.status).toBe('canceled')
  })

  test('leaves a run alone that has begun a child without interruptible, though nothing waits for it', () => {
    const jobs = [childJobOf('left', 'build', null), jobOf('slow', 'build', { interruptible: true })]
    expect(play(jobs, [begun('left'), outdated]).state.cancelRequested).toBe(false)
    expect(play(jobs, [outdated]).state.cancelRequested).toBe(true)
  })
})

describe('childEndOf()', () => {
  test.each<[string, PlanJob[], RunEvent[], ReturnType<typeof childEndOf>]>([
    ['runs', [jobOf('a', 'build')], [], null],
    ['succeeded', [jobOf('a', 'build')], [end('a', 'success')], { status: 'success', reason: null }],
    ['failed', [jobOf('a', 'build')], [end('a', 'failed')], { status: 'failed', reason: 'job "a" failed' }],
    ['was canceled', [jobOf('a', 'build')], [cancel, end('a', 'canceled')], { status: 'canceled', reason: null }],
    [
      'ran nothing',
      [jobOf('a', 'build', { when: 'manual', allowFailure: true }), jobOf('b', 'build', { needs: needs('a') })],
      [],
      { status: 'skipped', reason: null },
    ],
  ])('of a run that %s', (_, jobs, events, expected) => {
    expect(childEndOf(play(jobs, events).state)).toEqual(expected)
  })

  function end(job: string, outcome: 'success' | 'failed' | 'canceled'): RunEvent {
    return { kind: 'job.finished', payload: { job, attempt: 1, outcome, reason: null, exitCode: null } }
  }
})

describe('properties over random trees and orders', () => {
  const jobArbitrary = fc.record({
    stage: fc.integer({ min: 0, max: 2 }),
    kind: fc.constantFrom('job' as const, 'alone' as const, 'depend' as const, 'mirror' as const),
    allowFailure: fc.boolean(),
    isManual: fc.boolean(),
    retries: fc.nat(1),
  })
  const specsArbitrary = fc.array(jobArbitrary, { minLength: 1, maxLength: 5 })

  test('every run of the tree ends, no child begins twice, what waits for a child ends after it, a cancel stops all', () => {
    fc.assert(
      fc.property(specsArbitrary, specsArbitrary, fc.nat(), fc.boolean(), (own, below, seed, isCanceled) => {
        new Tree([jobsOf(own), jobsOf(below), [jobOf('last', 's0')]], seed, isCanceled).run()
      }),
      { numRuns: 300 },
    )
  })

  type Spec = typeof jobArbitrary extends fc.Arbitrary<infer T> ? T : never

  function jobsOf(specs: readonly Spec[]): PlanJob[] {
    return specs
      .toSorted((a, b) => a.stage - b.stage)
      .map(({ stage, kind, allowFailure, isManual, retries }, index) => {
        const more: Partial<PlanJob> = {
          allowFailure: isManual || allowFailure,
          when: isManual ? 'manual' : 'on_success',
          retry: { max: retries, when: [], exitCodes: [] },
        }
        const name = `j${index}`
        if (kind === 'job') return jobOf(name, `s${stage}`, more)
        return childJobOf(name, `s${stage}`, kind === 'alone' ? null : kind, more)
      })
  }

  /** Runs of a tree, by their id; events of all of them happen in any order. */
  class Tree {
    readonly #plans: PlanJob[][]
    readonly #chance: ReturnType<typeof seededChance>
    readonly #isCanceled: boolean
    readonly #runs = new Map<
      string,
      { state: RunState; depth: number; parent: { id: string; job: string; attempt: number } | null }
    >()
    readonly #open: { id: string; event: RunEvent }[] = []
    #isStopping = false

    constructor(plans: PlanJob[][], seed: number, isCanceled: boolean) {
      this.#plans = plans
      this.#chance = seededChance(seed)
      this.#isCanceled = isCanceled
    }

    run(): void {
      this.#create('root', 0, null)
      if (this.#isCanceled) this.#open.push({ id: 'root', event: cancel })
      let steps = 0
      while (this.#open.length > 0) {
        const [next] = this.#open.splice(Math.floor(this.#chance.next() * this.#open.length), 1)
        if (next !== undefined) this.#take(next.id, next.event, this.#chance.next() < 0.2 ? 2 : 1)
        expect(++steps).toBeLessThan(3000)
      }
      for (const { state } of this.#runs.values()) {
        expect(state.status).not.toBe('running')
        for (const job of Object.values(state.jobs))
          expect(isTerminal(job.status) || job.status === 'manual').toBe(true)
        for (const job of Object.values(state.jobs)) expect(job.child?.status).not.toBe('running')
      }
      if (this.#isStopping)
        for (const { state } of this.#runs.values())
          expect(Object.values(state.jobs).some(({ status }) => status === 'running')).toBe(false)
    }

    #create(id: string, depth: number, parent: { id: string; job: string; attempt: number } | null): void {
      expect(this.#runs.has(id)).toBe(false)
      const plan = { ...planOf(this.#plans[depth] ?? []), stages: ['s0', 's1', 's2'] }
      this.#runs.set(id, { state: createRunState(id, plan, []), depth, parent })
      this.#open.push({ id, event: { kind: 'run.begun' } })
    }

    #take(id: string, event: RunEvent, times: number): void {
      const run = this.#runs.get(id)
      if (run === undefined) throw new Error(`no run ${id}`)
      for (let time = 0; time < times; time++) {
        const before = run.state
        const { state, commands } = decide(before, event, 1)
        run.state = state
        for (const command of commands) this.#follow(id, command)
        for (const job of Object.values(state.jobs)) this.#check(job, before)
        const end = childEndOf(state)
        if (before.status === 'running' && end !== null && run.parent !== null) {
          const { id: above, job, attempt } = run.parent
          this.#open.push({ id: above, event: { kind: 'child.ended', payload: { job, attempt, ...end } } })
        }
      }
      if (event === cancel) this.#isStopping = true
    }

    /** E8: with a strategy a job ends after its child. */
    #check(job: RunState['jobs'][string], before: RunState): void {
      const was = before.jobs[job.name]?.status
      if (job.child == null || job.child.strategy === null || was === job.status) return
      if (job.status === 'success') expect(job.child.status).toBe('success')
      if (was === 'running' && isTerminal(job.status)) expect(job.child.status).not.toBe('running')
    }

    #follow(id: string, command: RunCommand): void {
      const run = this.#runs.get(id)
      if (run === undefined) return
      if (command.kind === 'offer-job') {
        expect(run.state.jobs[command.job]?.child).toBeUndefined()
        const outcome = this.#chance.next() < 0.3 ? 'failed' : 'success'
        const payload = { job: command.job, attempt: command.attempt, outcome, reason: null, exitCode: 1 } as const
        this.#open.push({ id, event: { kind: 'job.finished', payload } })
      }
      if (command.kind === 'begin-child') this.#begin(id, run.depth, command)
      if (command.kind !== 'cancel-child') return
      const child = `${id}/${command.job}#${command.attempt}`
      // One that was refused cannot be stopped.
      if (this.#runs.has(child)) this.#open.push({ id: child, event: { ...cancel } })
    }

    #begin(id: string, depth: number, { job, attempt }: { job: string; attempt: number }): void {
      const isRefused = depth === 2 || this.#chance.next() < 0.1
      const child = `${id}/${job}#${attempt}`
      if (isRefused) this.#open.push({ id, event: { kind: 'child.refused', payload: { job, attempt, reason: 'x' } } })
      else {
        this.#create(child, depth + 1, { id, job, attempt })
        this.#open.push({ id, event: { kind: 'child.begun', payload: { job, attempt, runId: child } } })
      }
    }
  }
})
