import type { PlanJob } from '@sluice/contracts/plan'
import { processModes } from '@sluice/contracts/resource-group'
import { seededChance } from '@sluice/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jobOf, needs, planOf } from '../testing/plan-of.ts'
import { createRunState } from './create-run-state.ts'
import { decide } from './decide.ts'
import { decideResourceGroup } from './resource-group/decide-resource-group.ts'
import { newResourceGroup, type ResourceClaim, type ResourceGroup } from './resource-group/resource-group.ts'
import { isTerminal, type RunCommand, type RunEvent, type RunState } from './run-state.ts'

const end = (job: string, attempt = 1, outcome: 'success' | 'failed' = 'success'): RunEvent => ({
  kind: 'job.finished',
  payload: { job, attempt, outcome, reason: outcome === 'failed' ? 'script_failure' : null, exitCode: 1 },
})
const grant = (job: string, attempt = 1): RunEvent => ({ kind: 'resource.granted', payload: { job, attempt } })
const cancel: RunEvent = { kind: 'run.cancel-requested', payload: { reason: 'x' } }

/** What each event makes a run say about resource groups and offers. */
function told(jobs: PlanJob[], events: RunEvent[]): { said: string[][]; state: RunState } {
  let state = createRunState('run', planOf(jobs), [])
  const said = [{ kind: 'run.begun' } as const, ...events].map((event) => {
    const step = decide(state, event, 0)
    state = step.state
    return step.commands.flatMap(sentence)
  })
  return { said, state }
}

function sentence(command: RunCommand): string[] {
  switch (command.kind) {
    case 'claim-resource':
      return [`${command.job}#${command.attempt} ${command.state} ${command.group}`]
    case 'release-resource':
      return [`${command.job} leaves ${command.group}`]
    case 'offer-job':
      return [`${command.job}#${command.attempt} offered`]
    default:
      return []
  }
}

describe('a job of a resource group', () => {
  const inGroup = (name: string, stage: string, more: Partial<PlanJob> = {}): PlanJob =>
    jobOf(name, stage, { resourceGroup: 'g', ...more })

  test('says that it will want the group, asks when it is ready, and is offered once it is granted', () => {
    const { said, state } = told([jobOf('a', 'build'), inGroup('d', 'deploy')], [end('a'), grant('d')])
    expect(said).toEqual([['a#1 offered', 'd#1 upcoming g'], ['d#1 waiting g'], ['d#1 offered']])
    expect(state.jobs['d']).toMatchObject({ status: 'pending', attempt: 1 })
  })

  test('waits with a status of its own, and says for what', () => {
    const { state } = told([inGroup('d', 'deploy')], [])
    expect(state.jobs['d']).toMatchObject({ status: 'waiting_for_resource', reason: 'waits for resource group "g"' })
    expect(state.status).toBe('running')
  })

  const failing = inGroup('d', 'deploy', { retry: { max: 1, when: [], exitCodes: [] } })
  test.each<[string, PlanJob[], RunEvent[], string[][]]>([
    ['its success', [inGroup('d', 'deploy')], [grant('d'), end('d')], [['d leaves g']]],
    ['its failure', [inGroup('d', 'deploy')], [grant('d'), end('d', 1, 'failed')], [['d leaves g']]],
    ['a further attempt, for which it asks again', [failing], [grant('d'), end('d', 1, 'failed')], [['d#2 waiting g']]],
    ['a cancel while it waits', [inGroup('d', 'deploy')], [cancel], [['d leaves g']]],
    ['a cancel while it is on offer', [inGroup('d', 'deploy')], [grant('d'), cancel], [['d leaves g']]],
    ['being skipped', [jobOf('a', 'build'), inGroup('d', 'deploy')], [end('a', 1, 'failed')], [['d leaves g']]],
  ])('gives the group back by %s', (_, jobs, events, last) => {
    expect(told(jobs, events).said.slice(-1)).toEqual(last)
  })

  test('keeps the group while a canceled attempt runs, until it has ended', () => {
    const started: RunEvent = {
      kind: 'job.started',
      payload: { job: 'd', attempt: 1, runnerId: 'r', isolation: 'uid' },
    }
    const { said } = told([inGroup('d', 'deploy')], [grant('d'), started, cancel, end('d', 1, 'failed')])
    expect(said.slice(-2)).toEqual([[], ['d leaves g']])
  })

  test('wants nothing while it waits for a person or for a time that says nothing of the group', () => {
    const jobs = [
      inGroup('m', 'deploy', { when: 'manual', allowFailure: true }),
      inGroup('t', 'deploy', { when: 'delayed', startInMs: 5 }),
    ]
    const { said } = told(jobs, [
      { kind: 'job.played', payload: { job: 'm' } },
      { kind: 'job.due', payload: { job: 't' } },
    ])
    expect(said).toEqual([['t#1 upcoming g'], ['m#1 waiting g'], ['t#1 waiting g']])
  })

  test.each<[string, RunEvent[], string]>([
    ['of another attempt', [grant('d', 2)], 'waiting_for_resource'],
    ['told again', [grant('d'), grant('d')], 'pending'],
    ['of a job that was canceled', [cancel, grant('d')], 'canceled'],
    ['of a job that is not there', [grant('constructor')], 'waiting_for_resource'],
  ])('a grant %s offers nothing', (_, events, status) => {
    const { said, state } = told([inGroup('d', 'deploy')], events)
    expect(said.at(-1)).toEqual([])
    expect(state.jobs['d']?.status).toBe(status)
  })

  test('asks also where an earlier version left it waiting inside its run, as the migration hands it over', () => {
    const jobs = [inGroup('a', 'build'), inGroup('b', 'build')]
    const state = createRunState('run', planOf(jobs), [])
    Object.assign(state.jobs['a'] ?? {}, { status: 'running', attempt: 1, claim: 'held' })
    Object.assign(state.jobs['b'] ?? {}, { reason: 'waits for resource group "g", held by job "a"' })
    expect(decide(state, end('a'), 1).commands.flatMap(sentence)).toEqual(['a leaves g', 'b#1 waiting g'])
  })
})

describe('runs of one project with resource groups: properties over random plans, modes and orders', () => {
  const specs = fc.array(
    fc.record({
      stage: fc.nat(2),
      group: fc.constantFrom(null, 'g', 'h'),
      retries: fc.nat(1),
      need: fc.option(fc.nat(3), { nil: null }),
    }),
    { minLength: 1, maxLength: 4 },
  )

  test('one job of a group at a time over all runs, every run ends, and every group is free then', () => {
    fc.assert(
      fc.property(
        fc.array(specs, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...processModes),
        fc.nat(),
        (plans, mode, seed) => {
          const world = new World(
            plans.map((jobs) => jobs.toSorted((a, b) => a.stage - b.stage)).map((jobs) => planOfSpecs(jobs)),
            { ...newResourceGroup, mode },
            seed,
          )
          world.run()
          for (const run of world.runs) {
            expect(run.status).not.toBe('running')
            for (const job of Object.values(run.jobs)) expect(isTerminal(job.status)).toBe(true)
          }
          for (const group of world.groups.values()) expect(group.claims).toEqual([])
        },
      ),
      { numRuns: 300 },
    )
  })

  function planOfSpecs(
    jobs: { stage: number; group: string | null; retries: number; need: number | null }[],
  ): RunState {
    const stages = ['s0', 's1', 's2']
    const planned = jobs.map(({ stage, group, retries, need }, index) =>
      jobOf(`j${index}`, stages[stage] ?? 's0', {
        resourceGroup: group,
        retry: { max: retries, when: [], exitCodes: [] },
        needs: need !== null && need < index ? needs(`j${need}`) : null,
      }),
    )
    return createRunState('run', { ...planOf(planned), stages }, [])
  }

  /** Runs that happen at once. What is told on its way may come in any order, twice, and after a cancel. */
  class World {
    runs: RunState[]
    readonly groups = new Map<string, ResourceGroup>()
    readonly #empty: ResourceGroup
    readonly #chance: ReturnType<typeof seededChance>
    readonly #open: { run: number; event: RunEvent }[] = []

    constructor(runs: RunState[], empty: ResourceGroup, seed: number) {
      this.runs = runs
      this.#empty = empty
      this.#chance = seededChance(seed)
      for (const run of runs.keys()) this.#open.push({ run, event: { kind: 'run.begun' } })
    }

    run(): void {
      for (let steps = 0; this.#open.length > 0; steps++) {
        expect(steps).toBeLessThan(300)
        const [next] = this.#open.splice(Math.floor(this.#chance.next() * this.#open.length), 1)
        if (next === undefined) return
        for (let time = this.#chance.next() < 0.2 ? 2 : 1; time > 0; time--) this.#step(next.run, next.event)
        if (this.#chance.next() < 0.03) this.#step(next.run, cancel)
      }
    }

    #step(run: number, event: RunEvent): void {
      const before = this.runs[run]
      if (before === undefined) return
      const { state, commands } = decide(before, event, 0)
      this.runs[run] = state
      for (const command of commands) this.#follow(run, command)
      for (const [name] of this.groups) expect(this.#using(name)).toBeLessThanOrEqual(1)
    }

    #using(group: string): number {
      return this.runs
        .flatMap(({ jobs }) => Object.values(jobs))
        .filter(
          ({ resourceGroup, status }) => resourceGroup === group && (status === 'pending' || status === 'running'),
        ).length
    }

    #follow(run: number, command: RunCommand): void {
      if (command.kind === 'offer-job') {
        const outcome = this.#chance.next() < 0.3 ? 'failed' : 'success'
        this.#open.push({ run, event: end(command.job, command.attempt, outcome) })
      }
      const place = { runId: String(run), runNumber: run + 1 }
      if (command.kind === 'release-resource')
        this.#grant(command.group, { kind: 'released', ...place, job: command.job })
      if (command.kind === 'claim-resource') {
        const { job, attempt, state } = command
        this.#grant(command.group, { kind: 'claimed', claim: { ...place, job, attempt, state } })
      }
    }

    #grant(name: string, event: Parameters<typeof decideResourceGroup>[1]): void {
      const { group, granted } = decideResourceGroup(this.groups.get(name) ?? this.#empty, event)
      this.groups.set(name, group)
      if (granted !== null) this.#tell(granted)
    }

    #tell({ runId, job, attempt }: ResourceClaim): void {
      this.#open.push({ run: Number(runId), event: grant(job, attempt) })
    }
  }
})
