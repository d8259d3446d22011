import { jobOf, needs, planOf } from '@sluice/engine/testing'
import { expect, test } from 'vitest'
import { continueRun } from './kept-jobs.ts'
import type { LastJob, LastJobs } from './last-jobs.ts'

const plan = planOf([
  jobOf('install', 'build', { definitionDigest: 'same' }),
  jobOf('unit-test', 'test', { needs: needs('install'), definitionDigest: 'same' }),
  jobOf('lint', 'test', { needs: needs('install'), definitionDigest: 'new' }),
  jobOf('package', 'deploy', { needs: needs('unit-test', 'lint', 'docs'), definitionDigest: 'same' }),
  jobOf('docs', 'build', { definitionDigest: 'same' }),
])
const job = (status: LastJob['status']): LastJob => ({
  status,
  attempt: 1,
  definitionDigest: 'same',
  artifacts: null,
  dotenv: [],
})
const last = (jobs: Record<string, LastJob>): LastJobs => ({
  version: 1,
  number: 1,
  commit: 'c1',
  jobs,
  evidence: [],
  refused: [],
})

test('what succeeded and does the same still is kept; what failed, was not reached or is defined anew is not', () => {
  const jobs = { install: job('success'), 'unit-test': job('failed'), lint: job('success'), package: job('skipped') }
  const continued = continueRun(plan, last(jobs))
  expect([...continued.kept.keys()]).toEqual(['install'])
  expect(continued.plan.jobs.map(({ name }) => name)).toEqual(['install', 'unit-test', 'lint', 'package'])
})

test('jobs that were not of the last run stay out, and nobody waits for them', () => {
  const { plan: left } = continueRun(plan, last({ package: job('failed'), gone: job('failed') }))
  expect(left.jobs.map(({ name, needs: need }) => [name, need])).toEqual([['package', []]])
})

test('a job whose child did not end well is run again, though it did not wait for it', () => {
  const child = (isWell: boolean): LastJob => ({ ...job('success'), child: { isWell, jobs: {} } })
  const continued = continueRun(plan, last({ install: child(false), docs: child(true) }))
  expect([...continued.kept.keys()]).toEqual(['docs'])
})
