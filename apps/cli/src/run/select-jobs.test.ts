import { jobOf, needs, planOf } from '@sluice/engine/testing'
import { expect, test } from 'vitest'
import { selectJobs } from './select-jobs.ts'
import type { Selection } from './selection.ts'

const plan = planOf([
  jobOf('install', 'build'),
  jobOf('docs', 'build'),
  jobOf('unit-test', 'test', { needs: needs('install') }),
  jobOf('lint', 'test', { needs: [] }),
  jobOf('package', 'deploy', { needs: needs('unit-test', 'lint') }),
  jobOf('announce', 'deploy'),
])

const all: Selection = { names: [], manual: [], withNeeds: true }

test.each([
  [[], ['install', 'docs', 'unit-test', 'lint', 'package', 'announce']],
  [['unit-test'], ['install', 'unit-test']],
  [['lint'], ['lint']],
  [['package'], ['install', 'unit-test', 'lint', 'package']],
  [
    ['announce', 'lint'],
    ['install', 'docs', 'unit-test', 'lint', 'announce'],
  ],
])('jobs %j are run with all they wait for, in the order of the plan', (names, chosen) => {
  expect(selectJobs(plan, { ...all, names }).plan.jobs.map(({ name }) => name)).toEqual(chosen)
})

test.each([
  ['unit-tset', 'nearest name: "unit-test"'],
  ['something-else-entirely', 'wanted one of install, docs'],
  ['audit', 'it is not in the plan for this change (no rule matched)'],
])('job "%s" cannot be run, and it is said why', (name, why) => {
  const excluded = [{ name: 'audit', stage: 'test', reasons: [{ kind: 'no-match' as const, text: 'no rule matched' }] }]
  expect(() => selectJobs({ ...plan, excluded }, { ...all, names: [name] })).toThrow(
    expect.objectContaining({ code: 'CLI_JOB_UNKNOWN', message: expect.stringContaining(why) as string }),
  )
})

test('a manual job that is named runs, and its failure counts; another one stays manual', () => {
  const jobs = ['one', 'other'].map((name) => jobOf(name, 'test', { when: 'manual', allowFailure: true, needs: [] }))
  const both = planOf([...jobs, jobOf('all', 'deploy')])
  const selected = selectJobs(both, { ...all, names: ['one', 'all'] }).plan.jobs.map(({ when, allowFailure }) => [
    when,
    allowFailure,
  ])
  expect(selected).toEqual([
    ['on_success', false],
    ['manual', true],
    ['on_success', false],
  ])
})

test('a manual job that is started beside all others keeps what its allow_failure says', () => {
  const jobs = ['one', 'other'].map((name) => jobOf(name, 'test', { when: 'manual', allowFailure: true, needs: [] }))
  const selected = selectJobs(planOf([...jobs, jobOf('all', 'deploy')]), { ...all, manual: ['one'] })
  expect(selected.plan.jobs.map(({ name, when, allowFailure }) => [name, when, allowFailure])).toEqual([
    ['one', 'on_success', true],
    ['other', 'manual', true],
    ['all', 'on_success', false],
  ])
  expect([...selected.startedByHand]).toEqual(['one'])
})

test('without needs the named jobs are alone, and wait for none but each other', () => {
  const { jobs } = selectJobs(plan, { ...all, names: ['package', 'lint'], withNeeds: false }).plan
  expect(jobs.map(({ name, needs: left }) => [name, left?.map(({ job }) => job)])).toEqual([
    ['lint', []],
    ['package', ['lint']],
  ])
})

test('a job that needs no person cannot be started by one', () => {
  expect(() => selectJobs(plan, { ...all, manual: ['lint'] })).toThrow('it has when: on_success')
})

test('the written name of a parallel job means all its jobs, the name of one of them only that one', () => {
  const parallel = (index: number) => ({ parallel: { job: 'shard', index, total: 2 }, needs: [] })
  const jobs = [1, 2].map((index) => jobOf(`shard ${index}/2`, 'test', parallel(index)))
  const sharded = planOf([...jobs, jobOf('other', 'test', { needs: [] })])
  expect(selectJobs(sharded, { ...all, names: ['shard'] }).plan.jobs.map(({ name }) => name)).toEqual([
    'shard 1/2',
    'shard 2/2',
  ])
  expect(selectJobs(sharded, { ...all, names: ['shard 2/2'] }).plan.jobs.map(({ name }) => name)).toEqual(['shard 2/2'])
})
