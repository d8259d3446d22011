import type { RunView } from '@sluice/contracts/api'
import { expect, test } from 'vitest'
import { jobView, runView } from '../../testing/run-views.ts'
import { wasInterrupted } from './was-interrupted.ts'

const begunMs = Date.parse('2026-01-02T00:00:00Z')
const endedBy = (stateReason: string, more: Partial<RunView> = {}): RunView =>
  runView({
    createdAt: '2026-01-01T00:00:00Z',
    status: 'failed',
    delivery: 'stopped',
    stages: [
      { name: 'test', jobs: [jobView('unit-test', { state: 'failed', stateReason: { en: stateReason, zh: '' } })] },
    ],
    ...more,
  })

test.each([
  ['a run of before whose runner went away', endedBy('runner_system_failure'), true],
  ['one whose script failed', endedBy('script_failure: exit code 1'), false],
  ['one that was begun by this start', endedBy('runner_system_failure', { createdAt: '2026-01-02T00:00:01Z' }), false],
  ['one that was delivered', endedBy('runner_system_failure', { delivery: 'delivered' }), false],
])('%s was interrupted: %s', (_, run, expected) => {
  expect(wasInterrupted(run, begunMs)).toBe(expected)
})
