import type { Plan } from '@sluice/contracts/plan'
import type { Policy } from '@sluice/contracts/policy'
import { describe, expect, test } from 'vitest'
import { checkOwnPolicy } from './check-own-policy.ts'

const instances = (job: string, total: number) =>
  Array.from({ length: total }, (_, index) => ({
    name: `${job} ${index + 1}/${total}`,
    parallel: { job, index: index + 1, total },
  }))
const plan = {
  stages: ['build', 'test', 'scan'],
  jobs: [{ name: 'unit-test' }, { name: 'down', downstream: {} }, ...instances('shard', 2), ...instances('many', 6)],
  excluded: [{ name: 'nightly' }],
} as Plan

const none: Policy = { version: 1, reports: [], gates: [], environments: [] }
const reportOf = (job: string): Policy => ({
  ...none,
  reports: [{ name: 'tests', job, path: 'junit.xml', format: 'junit' }],
})
const after = (stage: string): Policy => ({
  ...none,
  gates: [{ name: 'quality', after: stage, rules: [{ name: 'rule', expr: 'true', requires: [], message: 'no' }] }],
})

describe('a policy and the pipeline beside it', () => {
  test.each<[string, Policy]>([
    ['a job that is there', reportOf('unit-test')],
    ['one that rules leave out', reportOf('nightly')],
    ['one of a parallel job', reportOf('shard 1/2')],
    ['a stage', after('scan')],
    ['a stage that every pipeline has', after('.post')],
  ])('go together with %s', (_, policy) => {
    expect(() => checkOwnPolicy(policy, plan, 'c'.repeat(40))).not.toThrow()
  })

  test.each<[string, Policy, string]>([
    [
      'a job that is not there',
      reportOf('unit-tset'),
      'report "tests" of job "unit-tset", which the pipeline does not have; nearest name: "unit-test"',
    ],
    [
      'a release of a job that is not there',
      { ...none, release: { job: 'nope', path: 'release' } },
      'the release of job "nope", which the pipeline does not have',
    ],
    [
      'the name of a parallel job',
      reportOf('shard'),
      'report "tests" of job "shard", which runs in parallel; wanted one of "shard 1/2", "shard 2/2"',
    ],
    [
      'the name of a parallel job of many',
      reportOf('many'),
      'report "tests" of job "many", which runs in parallel; wanted one of ' +
        '"many 1/6", "many 2/6", "many 3/6", "many 4/6", "many 5/6" … (6)',
    ],
    [
      'a job that begins another pipeline',
      reportOf('down'),
      'report "tests" of job "down", which begins another pipeline and hands nothing in',
    ],
    [
      'a stage that is not there',
      after('tset'),
      'gate "quality" after stage "tset", which the pipeline does not have; nearest name: "test"',
    ],
  ])('do not with %s', (_, policy, fault) => {
    expect(() => checkOwnPolicy(policy, plan, 'c'.repeat(40))).toThrow(
      `Cannot plan commit cccccccc: sluice.yml wants ${fault}`,
    )
  })

  test('every fault is told at once', () => {
    const policy = { ...reportOf('unit-tset'), gates: after('tset').gates }
    expect(() => checkOwnPolicy(policy, plan, '')).toThrow(/report "tests".*; sluice\.yml wants gate "quality"/)
  })
})
