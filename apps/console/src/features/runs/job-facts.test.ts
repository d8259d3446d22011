import type { JobView } from '@sluice/contracts/api'
import { expect, it } from 'vitest'
import { attemptNumbered, hasEnded, newestAttempt } from './job-facts.ts'

const attempt = (number: number, finishedAt: string | null): JobView['attempts'][number] => ({
  number,
  state: finishedAt === null ? 'running' : 'failed',
  runnerId: 'r1',
  startedAt: '2026-01-01T00:00:00Z',
  finishedAt,
  exitCode: null,
  isolation: 'uid',
  logBytes: 0,
})
const job: JobView = {
  name: 'test',
  stage: 'test',
  state: 'running',
  stateReason: { en: '', zh: '' },
  confirmation: null,
  resourceGroup: null,
  allowFailure: false,
  needs: null,
  downstream: null,
  attempts: [attempt(1, '2026-01-01T00:01:00Z'), attempt(2, null)],
  reasons: [],
  artifacts: [],
}

it.each([
  ['1', 1],
  ['2', 2],
  ['9', 2],
  [null, 2],
])('attemptNumbered() for %s in the address is attempt %d', (wanted, expected) => {
  expect(attemptNumbered(job, wanted)?.number).toBe(expected)
})

it('a job that was never tried has no attempt', () => {
  expect(newestAttempt({ ...job, attempts: [] })).toBeNull()
})

it('an attempt has ended when it has an end', () => {
  expect(job.attempts.map(hasEnded)).toEqual([true, false])
})
