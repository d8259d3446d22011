import type { EvidenceRecord } from '@sluice/contracts/evidence'
import type { Plan } from '@sluice/contracts/plan'
import type { GatePolicy, Policy, ReportSource } from '@sluice/contracts/policy'
import { describe, expect, test } from 'vitest'
import { evidenceInProposed, gatesToAsk, reportsToTake } from './proposed-policy.ts'

const source = (name: string, more: Partial<ReportSource> = {}): ReportSource => ({
  name,
  job: 'unit-test',
  path: `${name}.xml`,
  format: 'junit',
  ...more,
})
const gate = (name: string, expr = 'tests.failed == 0'): GatePolicy => ({
  name,
  after: 'test',
  rules: [{ name: 'rule', expr, requires: [], message: 'no' }],
})
const policyOf = (reports: ReportSource[], gates: GatePolicy[] = []): Policy => ({
  version: 1,
  reports,
  gates,
  environments: [],
})
const tests = source('tests')
const onMain = { ref: 'main', policy_ref: 'main', plan: { stages: ['build', 'test'], jobs: [] } }

describe('what a run asks and takes for a proposed policy', () => {
  test.each<[string, Policy | null, string[], string[]]>([
    ['of none: what is in force', null, ['quality'], ['tests']],
    ['of one without gates and reports: what is in force', policyOf([]), ['quality'], ['tests']],
    ['of one with other environments: no more', policyOf([tests], [gate('quality')]), ['quality'], ['tests']],
    [
      'of another gate: that one too',
      policyOf([tests], [gate('quality', 'tests.total > 8'), gate('more')]),
      ['quality', 'quality.proposed', 'more.proposed'],
      ['tests'],
    ],
    [
      'of another report: it, and all gates on it',
      policyOf([source('tests', { path: 'other.xml' })], [gate('quality')]),
      ['quality', 'quality.proposed'],
      ['tests', 'tests.proposed'],
    ],
  ])('%s', (_, proposed, gates, reports) => {
    const policies = { policy: policyOf([tests], [gate('quality')]), proposed_policy: proposed }
    expect(gatesToAsk({ ...onMain, ...policies }).map(({ name }) => name)).toEqual(gates)
    expect(reportsToTake(policies).map(({ name }) => name)).toEqual(reports)
  })
})

describe('the release of a proposed policy is proved', () => {
  const release = { job: 'package', path: 'release' }
  const jobs = [{ name: 'package' }] as Plan['jobs']
  const [main, branch] = [
    { ref: 'main', policy_ref: 'main' },
    { ref: 'other', policy_ref: 'main' },
  ]

  test.each<[string, typeof main, Plan['jobs'], Policy['release'], Policy['release'], boolean]>([
    ['where it is another one', main, jobs, release, { ...release, path: 'dist' }, true],
    ['where there was none', main, jobs, undefined, release, true],
    ['not where it is the same', main, jobs, release, { path: 'release', job: 'package' }, false],
    ['not where there is none any more', main, jobs, release, undefined, false],
    ['also where the run has no such job', main, [], undefined, release, true],
    ['on another branch where the run has the job', branch, jobs, undefined, release, true],
    ['not on another branch where the run lacks the job', branch, [], undefined, release, false],
  ])('%s', (_, refs, planned, before, after, wanted) => {
    const run = {
      ...refs,
      plan: { stages: ['build', 'test'], jobs: planned },
      policy: { ...policyOf([]), ...(before && { release: before }) },
      proposed_policy: { ...policyOf([tests]), ...(after && { release: after }) },
    }
    const asked = gatesToAsk(run).map(({ name, after: stage }) => [name, stage])
    expect(asked).toEqual(wanted ? [['policy.release.proposed', 'test']] : [])
  })
})

describe('evidence as a proposed policy would have it', () => {
  const policy = policyOf([tests, source('lint', { job: 'lint', format: 'sarif' })])

  test.each<[string, ReportSource[], string, string[]]>([
    ['a report of both', [tests], 'tests', ['tests']],
    ['one that it defines anew', [source('tests', { path: 'other.xml' })], 'tests.proposed', ['tests']],
    ['one that it defined anew, of the policy in force', [source('tests', { path: 'other.xml' })], 'tests', []],
    ['one that it does not name', [tests], 'lint', []],
    ['one under GitLab’s name', [source('more', { job: 'other' })], 'junit', ['junit']],
    ['one under GitLab’s name, whose job and format it names', [source('more')], 'junit', []],
    ['one under GitLab’s name, which it gives to another', [source('junit', { job: 'other' })], 'junit', []],
  ])('%s', (_, reports, name, wanted) => {
    const record = { name, format: 'junit', producer: { job: 'unit-test' } } as EvidenceRecord
    expect(evidenceInProposed(policy, policyOf(reports), [record]).map((found) => found.name)).toEqual(wanted)
  })
})
