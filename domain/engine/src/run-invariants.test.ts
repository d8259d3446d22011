import type { PlanJob } from '@sluice/contracts/plan'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jobOf, planOf } from '../testing/plan-of.ts'
import { simulateRun, type SimulatedRequest, type SimulatedStep } from '../testing/simulate-run.ts'
import { createRunState } from './create-run-state.ts'
import { decide } from './decide.ts'
import { isTerminal, type RunCommand, type RunEvent, type RunJob, type RunState } from './run-state.ts'

/** The invariants of `run-state.ts`, over random plans in a world of chance. What holds is said anew here, not by the code. */

const stages = ['s0', 's1', 's2', 's3']
const mostJobs = 8
/** A number that no job has. */
const notThere = mostJobs

const jobArbitrary = fc.record({
  stage: fc.integer({ min: 0, max: 3 }),
  needs: fc.option(fc.array(fc.nat(notThere), { maxLength: 3 }), { nil: null }),
  when: fc.constantFrom<PlanJob['when']>('on_success', 'on_success', 'on_failure', 'always', 'manual', 'delayed'),
  allowFailure: fc.constantFrom<PlanJob['allowFailure']>(false, false, true, { exitCodes: [1] }),
  retry: fc.constantFrom<PlanJob['retry']>(
    { max: 0, when: ['always'], exitCodes: [] },
    { max: 2, when: ['always'], exitCodes: [] },
    { max: 1, when: ['script_failure'], exitCodes: [] },
    { max: 2, when: [], exitCodes: [2] },
  ),
  resourceGroup: fc.constantFrom(null, null, 'x', 'y'),
})

/** Jobs need only jobs that stand before them, as a plan has no circles; some need one that is not in the plan. */
const requestArbitrary: fc.Arbitrary<SimulatedRequest> = fc
  .record({
    specs: fc.array(jobArbitrary, { minLength: 1, maxLength: mostJobs }),
    gates: fc.uniqueArray(fc.constantFrom(...stages), { maxLength: 2 }),
    seed: fc.nat(),
    isCanceled: fc.boolean(),
  })
  .map(({ specs, gates, ...others }) => {
    const jobs = specs
      .toSorted((a, b) => a.stage - b.stage)
      .map(({ stage, needs, ...spec }, index) =>
        jobOf(`j${index}`, stages[stage] ?? 's0', {
          ...spec,
          startInMs: spec.when === 'delayed' ? 5000 : null,
          needs:
            needs
              ?.filter((need) => need < index || need === notThere)
              .map((need) => ({ job: `j${need}`, artifacts: true, optional: need === notThere })) ?? null,
        }),
      )
    const plan = { ...planOf(jobs), stages }
    return { plan, gates: gates.map((after) => ({ name: `after ${after}`, after })), ...others }
  })

/** Runs each random plan and hands over its steps. */
function overRuns(check: (steps: SimulatedStep[], request: SimulatedRequest) => void): void {
  fc.assert(
    fc.property(requestArbitrary, (request) => check(simulateRun(request), request)),
    { numRuns: 300 },
  )
}

const jobsOf = ({ jobs }: RunState): RunJob[] => Object.values(jobs)
const isLive = ({ status }: RunJob): boolean => status === 'pending' || status === 'running'
const hasEnded = ({ status, allowFailure }: RunJob): boolean =>
  isTerminal(status) || (status === 'manual' && allowFailure === true)

type Offer = Extract<RunCommand, { kind: 'offer-job' }>
const offersOf = ({ commands }: SimulatedStep): Offer[] =>
  commands.flatMap((one) => (one.kind === 'offer-job' ? one : []))

const hasTurn = ({ status }: RunJob): boolean => status === 'pending' || status === 'waiting_for_resource'

/**
 * The jobs whose turn came in this step. One that then waits for its resource group keeps it, also when a person meanwhile
 * starts an earlier job that holds nothing up.
 */
function turnsIn({ before, after }: SimulatedStep): string[] {
  return jobsOf(after)
    .filter((job) => hasTurn(job) && !hasTurn(jobNamed(before, job.name)))
    .map(({ name }) => name)
}

function jobNamed(state: RunState, name: string): RunJob {
  const job = state.jobs[name]
  if (job === undefined) throw new Error(`there is no job ${name}`)
  return job
}

/** The jobs whose end a job waits for. */
function waitedFor(state: RunState, name: string): RunJob[] {
  const { needs, stageIndex } = jobNamed(state, name)
  if (needs === null) return jobsOf(state).filter((other) => other.stageIndex < stageIndex)
  return needs.flatMap((need) => state.jobs[need.job] ?? [])
}

function countsAsFailed({ status, allowFailure, exitCode }: RunJob): boolean {
  if (status !== 'failed') return status === 'canceled'
  return typeof allowFailure === 'boolean' ? !allowFailure : !allowFailure.exitCodes.includes(exitCode ?? -1)
}

/** The end of a live attempt, where this step took one. */
function endTaken({ before, event }: SimulatedStep): Extract<RunEvent, { kind: 'job.finished' }>['payload'] | null {
  if (event.kind !== 'job.finished') return null
  const job = before.jobs[event.payload.job]
  return job !== undefined && isLive(job) && job.attempt === event.payload.attempt ? event.payload : null
}

describe('every run, whatever its plan and whatever happens in which order', () => {
  test('ends, with nothing left that moves', () => {
    overRuns((steps) => {
      const last = steps.at(-1)?.after as RunState
      expect(last.status).not.toBe('running')
      expect(jobsOf(last).filter((job) => !hasEnded(job))).toEqual([])
    })
  })

  test('succeeds exactly when no job failed that may not, no gate is closed, and nobody canceled it', () => {
    overRuns((steps, { isCanceled }) => {
      const last = steps.at(-1)?.after as RunState
      const isBad = jobsOf(last).some(countsAsFailed) || last.gates.some(({ state }) => state === 'closed')
      if (!isCanceled) expect(last.status).toBe(isBad ? 'failed' : 'success')
    })
  })

  test('starts no job before what it waits for has ended, and those that want success only after that', () => {
    overRuns((steps) => {
      for (const step of steps) {
        for (const name of turnsIn(step)) {
          const before = waitedFor(step.after, name)
          expect(before.filter((job) => !hasEnded(job))).toEqual([])
          const job = jobNamed(step.after, name)
          const first = jobNamed(steps[0]?.before as RunState, name)
          if (first.when === 'on_success') expect(before.filter(countsAsFailed)).toEqual([])
          if (first.when === 'on_failure') expect(before.filter(countsAsFailed)).not.toEqual([])
          if (job.needs !== null && first.when === 'on_success')
            expect(before.filter(({ status }) => status === 'skipped' || status === 'manual')).toEqual([])
        }
      }
    })
  })

  test('runs no job twice at once, and none again but by its retry', () => {
    overRuns((steps) => {
      const ends = new Map<string, NonNullable<ReturnType<typeof endTaken>>>()
      const offered = new Set<string>()
      for (const step of steps) {
        const end = endTaken(step)
        if (end !== null) ends.set(`${end.job}#${end.attempt}`, end)
        for (const { job: name, attempt } of offersOf(step)) {
          expect(offered).not.toContain(`${name}#${attempt}`)
          offered.add(`${name}#${attempt}`)
          if (attempt === 1) continue
          const { retry } = jobNamed(step.after, name)
          const before = ends.get(`${name}#${attempt - 1}`)
          expect(before?.outcome).toBe('failed')
          expect(attempt - 1).toBeLessThanOrEqual(retry.max)
          const admitted = retry.when.some((when) => when === 'always' || when === before?.reason)
          expect(admitted || retry.exitCodes.includes(before?.exitCode ?? -1)).toBe(true)
        }
      }
    })
  })

  test('has one live job of a resource group at most', () => {
    overRuns((steps) => {
      for (const { after } of steps) {
        const groups = jobsOf(after).flatMap((job) => (isLive(job) ? (job.resourceGroup ?? []) : []))
        expect(groups).toEqual([...new Set(groups)])
      }
    })
  })

  test('starts a manual job by a person alone, and a delayed one when it is due', () => {
    overRuns((steps) => {
      const told = new Set<string>()
      for (const step of steps) {
        const { event, before } = step
        if (event.kind === 'job.played' || event.kind === 'job.due') told.add(`${event.kind} ${event.payload.job}`)
        for (const { job: name } of offersOf(step)) {
          const { when } = jobNamed(steps[0]?.before ?? before, name)
          if (when === 'manual') expect(told).toContain(`job.played ${name}`)
          if (when === 'delayed') expect(told).toContain(`job.due ${name}`)
        }
      }
    })
  })

  test('asks for each gate once, after its stage, and starts nothing behind one that is not open', () => {
    overRuns((steps) => {
      const asked = new Set<string>()
      for (const step of steps) {
        for (const command of step.commands) {
          if (command.kind !== 'decide-gate') continue
          expect(asked).not.toContain(command.gate)
          asked.add(command.gate)
          const { stageIndex } = step.after.gates.find(({ name }) => name === command.gate) as { stageIndex: number }
          const inFront = jobsOf(step.after).filter((job) => job.stageIndex <= stageIndex)
          expect(inFront.filter((job) => !hasEnded(job))).toEqual([])
        }
        for (const { job: name } of offersOf(step)) {
          const { stageIndex } = jobNamed(step.after, name)
          const inFront = step.after.gates.filter((gate) => gate.stageIndex < stageIndex)
          expect(inFront.filter(({ state }) => state !== 'open')).toEqual([])
        }
      }
    })
  })

  test('leaves what has ended as it is, but for jobs that were skipped for one that a person then started', () => {
    overRuns((steps) => {
      for (const { before, after, event } of steps) {
        for (const job of jobsOf(before)) {
          const now = jobNamed(after, job.name)
          if (!isTerminal(job.status) || now.status === job.status) continue
          expect([job.status, event.kind]).toEqual(['skipped', 'job.played'])
          expect(job.needs).not.toBeNull()
        }
      }
    })
  })

  test('that is canceled stops every live attempt and starts none after that', () => {
    overRuns((steps) => {
      const from = steps.findIndex(({ after }) => after.cancelRequested)
      const canceling = steps[from]
      if (canceling === undefined) return
      const stopped = canceling.commands.flatMap((one) =>
        one.kind === 'cancel-job' ? `${one.job}#${one.attempt}` : [],
      )
      const live = jobsOf(canceling.before).filter(isLive)
      expect(stopped.toSorted()).toEqual(live.map(({ name, attempt }) => `${name}#${attempt}`).toSorted())
      expect(steps.slice(from).flatMap(offersOf)).toEqual([])
      const last = steps.at(-1)?.after as RunState
      expect(jobsOf(last).filter((job) => !isTerminal(job.status))).toEqual([])
      expect(last.status).toBe(last.succeeded === true && last.status === 'success' ? 'success' : 'canceled')
    })
  })

  test('takes nothing from an event that is told again', () => {
    overRuns((steps) => {
      for (const { after, event, atMs } of steps) {
        const again = decide(after, event, atMs)
        expect(again.state).toEqual(after)
        expect(again.commands).toEqual([])
      }
    })
  })

  test('comes to the same state when its journal is read back and played again', () => {
    overRuns((steps, { plan, gates }) => {
      let state = createRunState('run', plan, gates)
      for (const { event, atMs, commands, after } of steps) {
        const step = decide(JSON.parse(JSON.stringify(state)) as RunState, event, atMs)
        expect(step.commands).toEqual(commands)
        expect(step.state).toEqual(after)
        state = step.state
      }
    })
  })

  test('never changes the state that it is given', () => {
    overRuns((steps, { plan, gates }) => {
      expect(steps[0]?.before).toEqual(createRunState('run', plan, gates))
      for (const [index, { before }] of steps.entries()) if (index > 0) expect(before).toBe(steps[index - 1]?.after)
    })
  })
})

describe('every state', () => {
  const eventArbitrary: fc.Arbitrary<RunEvent> = fc.oneof(
    fc.constant<RunEvent>({ kind: 'run.begun' }),
    fc.record({
      kind: fc.constantFrom('job.due' as const, 'job.played' as const),
      payload: fc.record({ job: fc.constantFrom('j0', 'j1', 'j2', 'none', '__proto__') }),
    }),
    fc.record({
      kind: fc.constant('job.finished' as const),
      payload: fc.record({
        job: fc.constantFrom('j0', 'j1', 'j2', 'none', 'constructor'),
        attempt: fc.nat(4),
        outcome: fc.constantFrom('success' as const, 'failed' as const, 'canceled' as const),
        reason: fc.constantFrom(null, 'script_failure' as const),
        exitCode: fc.constantFrom(null, 0, 1, 2),
      }),
    }),
    fc.record({
      kind: fc.constant('gate.decided' as const),
      payload: fc.record({
        gate: fc.constantFrom('after s0', 'none'),
        decision: fc.constantFrom('open' as const, 'closed' as const),
      }),
    }),
    fc.constant<RunEvent>({ kind: 'run.cancel-requested', payload: { reason: 'x' } }),
  )

  test('takes any event, fitting or not, and attempts only count up', () => {
    fc.assert(
      fc.property(requestArbitrary, fc.array(eventArbitrary, { maxLength: 30 }), ({ plan, gates }, events) => {
        let state = createRunState('run', plan, gates)
        for (const [index, event] of events.entries()) {
          const { state: after } = decide(state, event, index)
          for (const job of jobsOf(state)) {
            const { attempt } = jobNamed(after, job.name)
            expect(attempt === job.attempt || attempt === job.attempt + 1).toBe(true)
          }
          state = after
        }
      }),
      { numRuns: 300 },
    )
  })
})
