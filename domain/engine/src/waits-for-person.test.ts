import { expect, test } from 'vitest'
import type { PlanJob } from '@sluice/contracts/plan'
import { jobOf, planOf } from '../testing/plan-of.ts'
import { createRunState } from './create-run-state.ts'
import { decide } from './decide.ts'
import type { RunEvent } from './run-state.ts'
import { waitsForPerson } from './waits-for-person.ts'

const held = jobOf('held', 'build', { when: 'manual' })
const ended: RunEvent = {
  kind: 'job.finished',
  payload: { job: 'a', attempt: 1, outcome: 'success', reason: null, exitCode: 0 },
}
const played: RunEvent = { kind: 'job.played', payload: { job: 'held' } }

test.each<[string, boolean, PlanJob[], RunEvent[]]>([
  ['whose only job waits for one', true, [held, jobOf('after', 'test')], []],
  ['of which another job runs', false, [held, jobOf('a', 'build')], []],
  ['whose other job has ended', true, [held, jobOf('a', 'build')], [ended]],
  ['whose job a person has started', false, [held], [played]],
  ['whose other job is due later', false, [held, jobOf('b', 'build', { when: 'delayed', startInMs: 1 })], []],
  ['that has ended without that job', false, [{ ...held, allowFailure: true }], []],
])('a run %s: %s', (_, wanted, jobs, events) => {
  let state = createRunState('run', planOf(jobs), [])
  for (const event of [{ kind: 'run.begun' } as const, ...events]) state = decide(state, event, 0).state
  expect(waitsForPerson(state)).toBe(wanted)
})
