import { createRunState, decide, type RunEvent } from '@sluice/engine'
import { jobOf, planOf } from '@sluice/engine/testing'
import type { RunRow } from '@sluice/store-postgres'
import { describe, expect, test } from 'vitest'
import { stageViews } from './job-views.ts'

/** A run of one job that failed with exit code 1. */
function failedRun(allowFailure: boolean | { exitCodes: number[] }): RunRow {
  const plan = planOf([jobOf('a', 'build', { allowFailure })])
  const end = { job: 'a', attempt: 1, outcome: 'failed', reason: 'script_failure', exitCode: 1 } as const
  const events: RunEvent[] = [{ kind: 'run.begun' }, { kind: 'job.finished', payload: end }]
  const state = events.reduce((before, event) => decide(before, event, 1).state, createRunState('run', plan, []))
  return { plan, state } as RunRow
}

describe('stageViews()', () => {
  test.each([
    [true, true],
    [false, false],
    [{ exitCodes: [1] }, true],
    [{ exitCodes: [42] }, false],
  ])('a job with allow_failure %j that failed with exit code 1 was allowed to: %s', (allowFailure, allowed) => {
    const more = { logBytes: new Map(), children: [], resourceGroups: [] }
    const [job] = stageViews(failedRun(allowFailure), [], [], more).flatMap(({ jobs }) => jobs)
    expect(job).toMatchObject({ state: 'failed', allowFailure: allowed })
  })
})
