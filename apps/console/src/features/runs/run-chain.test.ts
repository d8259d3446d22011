import type { JobState, JobView, RunView } from '@sluice/contracts/api'
import { describe, expect, it } from 'vitest'
import { chainOf } from './run-chain.ts'

const job = (state: JobState, allowFailure = false): JobView => ({
  name: state,
  stage: 'test',
  state,
  stateReason: { en: '', zh: '' },
  confirmation: null,
  resourceGroup: null,
  allowFailure,
  needs: null,
  downstream: null,
  attempts: [],
  reasons: [],
  artifacts: [],
})
const release = { id: 'l', version: '1.0', digest: 'sha256:ab' }
const environment = {
  name: 'production',
  tier: 'production',
  url: '',
  state: 'empty',
  inPolicy: true,
  release: null,
  candidate: null,
} as const
const deployment: RunView['deployments'][number] = {
  id: 'd',
  environment: 'production',
  tier: 'production',
  strategy: 'canary',
  state: 'running',
  sentence: { en: 'x', zh: '某' },
  release,
  previous: null,
  startedAt: '2026-01-01T00:00:00Z',
  finishedAt: null,
  weight: 10,
  steps: [],
  current: null,
}

function run(more: Partial<RunView>): RunView {
  const base = {
    stages: [],
    evidence: [],
    refusedReports: [],
    gates: [],
    release: null,
    deployments: [],
    environments: [],
    deliver: false,
  }
  return { ...base, ...more } as unknown as RunView
}
const link = (view: RunView, key: string) => chainOf(view).find((each) => each.key === key)

describe('chainOf()', () => {
  it.each<[string, JobView[], string, number]>([
    ['idle without jobs', [], 'idle', 0],
    ['idle before any starts', [job('created'), job('success')], 'idle', 1],
    ['busy while one runs', [job('success'), job('running')], 'busy', 1],
    ['good when all have ended', [job('success'), job('skipped')], 'good', 2],
    ['bad as soon as one has failed', [job('failed'), job('running')], 'bad', 1],
    ['good when only one that may fail has failed', [job('success'), job('failed', true)], 'good', 2],
    ['a warning where one waits for a person', [job('success'), job('manual')], 'warn', 1],
  ])('shows jobs as %s', (_, jobs, tone, done) => {
    expect(link(run({ stages: [{ name: 'test', jobs }] }), 'jobs')).toMatchObject({ tone, done, total: jobs.length })
  })

  it('shows release and environments only where the run delivers', () => {
    expect(chainOf(run({ environments: [environment] })).map((each) => each.kind)).toEqual(['jobs', 'evidence'])
    expect(chainOf(run({ environments: [environment], deliver: true })).map((each) => each.kind)).toEqual([
      'jobs',
      'evidence',
      'release',
      'environment',
    ])
  })

  it.each([
    ['running', 'busy', 10],
    ['promoted', 'good', null],
    ['aborted', 'bad', null],
    ['failed', 'bad', null],
  ] as const)('shows an environment whose rollout is %s as %s', (state, tone, done) => {
    const view = run({ deliver: true, environments: [environment], deployments: [{ ...deployment, state }] })
    expect(link(view, 'environment-production')).toMatchObject({ tone, done, anchor: 'rollouts' })
  })

  it('shows an environment that nothing was brought to yet as idle', () => {
    const view = run({ deliver: true, environments: [environment] })
    expect(link(view, 'environment-production')).toMatchObject({ tone: 'idle', anchor: 'release' })
  })

  it('counts the clauses of a gate that hold', () => {
    const clause = (state: 'pass' | 'missing') => ({
      rule: state,
      state,
      expr: '',
      values: {},
      evidence: [],
      sentence: { en: '', zh: '' },
    })
    const verdict = { clauses: [clause('pass'), clause('missing')] }
    const view = run({
      gates: [{ name: 'quality', after: 'test', state: 'closed', verdict }] as unknown as RunView['gates'],
    })
    expect(link(view, 'gate-quality')).toMatchObject({ tone: 'bad', done: 1, total: 2 })
  })

  it.each<[string, RunView['deployments'], string[]]>([
    ['is no link of a run that does not reach it', [], ['production']],
    ['is one of a run that was deployed to it', [{ ...deployment, environment: 'old' }], ['production', 'old']],
  ])('an environment that is no longer in the policy %s', (_, deployments, names) => {
    const environments = [environment, { ...environment, name: 'old', inPolicy: false }]
    const links = chainOf(run({ deliver: true, environments, deployments }))
    expect(links.filter(({ kind }) => kind === 'environment').map(({ name }) => name)).toEqual(names)
  })

  it('an environment that was taken away since is still a link of a run that was deployed to it', () => {
    const links = chainOf(run({ environments: [environment], deployments: [{ ...deployment, environment: 'old' }] }))
    expect(links.filter(({ kind }) => kind === 'environment').map(({ name }) => name)).toEqual(['production', 'old'])
  })
})
