import { describe, expect, test } from 'vitest'
import {
  attemptView,
  canaryView,
  environmentView,
  gateView,
  jobView,
  judgement,
  runView,
} from '../../testing/run-views.ts'
import { changedLines, lineOf } from './changed-lines.ts'
import { demoOutcome } from './demo-outcome.ts'
import { progressOf, ratesOf } from './progress-of.ts'
import { notServingSentence } from '../commands/until-serving.ts'
import { statusLines } from './status-lines.ts'
import { consoleLines, deliverySummary } from './summary.ts'

const now = Date.parse('2026-01-01T00:00:04.200Z')
const linesOf = (run: ReturnType<typeof runView>): string[] => progressOf(run, now).map(lineOf)
const job = (more: Parameters<typeof jobView>[1]) =>
  runView({ stages: [{ name: 'test', jobs: [jobView('unit-test', more)] }] })

test('a new run shows its whole way, waiting', () => {
  expect(linesOf(runView())).toEqual([
    '· test · unit-test',
    '· evidence: 0 pieces',
    '· gate quality',
    '· release',
    '· staging',
    '· production',
  ])
})

test('a run that is not to be delivered ends at the gate', () => {
  expect(linesOf(runView({ deliver: false, delivery: 'none' })).at(-1)).toBe('· gate quality')
})

describe('a job', () => {
  const finishedAt = '2026-01-01T00:00:02.000Z'
  const finished = attemptView({ finishedAt })
  const startedAt = '2026-01-01T00:00:00.000Z'
  const child = { runId: 'r', number: 13, status: 'running', startedAt, finishedAt: null } as const
  test.each([
    ['that runs', { state: 'running', attempts: [attemptView()] }, 'running', '4.2 s'],
    ['that ended', { state: 'success', attempts: [finished] }, 'done', '2.0 s'],
    [
      'in its second attempt',
      { state: 'success', attempts: [finished, { ...finished, number: 2 }] },
      'done',
      '2.0 s, attempt 2',
    ],
    [
      'that failed',
      { state: 'failed', stateReason: { en: 'exit status 1', zh: '' }, attempts: [finished] },
      'failed',
      '2.0 s, exit status 1',
    ],
    [
      'that may fail and did',
      { state: 'failed', stateReason: { en: 'exit status 1', zh: '' }, allowFailure: true },
      'skipped',
      'exit status 1',
    ],
    [
      'that was skipped',
      { state: 'skipped', stateReason: { en: 'a job before it failed', zh: '' } },
      'skipped',
      'a job before it failed',
    ],
    [
      'without isolation',
      { state: 'success', attempts: [{ ...finished, isolation: 'none' }] },
      'done',
      '2.0 s, unisolated',
    ],
    [
      'whose child runs',
      { state: 'running', downstream: { strategy: 'depend', child }, stateReason: { en: 'it waits', zh: '' } },
      'running',
      'run 13 running, 4.2 s, it waits',
    ],
    [
      'that does not wait for its child',
      { state: 'success', downstream: { strategy: null, child: { ...child, status: 'failed', finishedAt } } },
      'done',
      'run 13 failed, 2.0 s',
    ],
    [
      'without a child yet',
      { state: 'waiting', downstream: { strategy: 'mirror', child: null }, stateReason: { en: 'x', zh: '' } },
      'waiting',
      '',
    ],
  ] as const)('%s', (_name, more, state, note) => {
    expect(progressOf(job(more as unknown as Parameters<typeof jobView>[1]), now)[0]).toMatchObject({ state, note })
  })
})

test('a closed gate stops what comes after it', () => {
  const run = runView({
    status: 'failed',
    delivery: 'stopped',
    gates: [gateView('closed', 'line coverage is 71 %, wanted 80 %')],
  })
  expect(linesOf(run).slice(1)).toEqual([
    '✔ evidence: 0 pieces',
    '✖ gate quality: line coverage is 71 %, wanted 80 %',
    '- release',
    '- staging',
    '- production',
  ])
})

test('a canary shows each step with the two error rates', () => {
  const items = progressOf(runView({ status: 'success', delivery: 'delivering', deployments: [canaryView()] }), now)
  expect(items.slice(-3).map(lineOf)).toEqual([
    '… production: 10 % of the requests: watching the canary',
    '  … canary at 10 %: errors: new 0.0 % of 100, stable 0.0 % of 900',
    '  · canary at 50 %',
  ])
})

test('a canary that is taken back shows the step that failed, and none after it', () => {
  const steps = [
    { weight: 10, state: 'failed' as const, startedAt: null, judgement: judgement(0.09, 'fail') },
    { weight: 50, state: 'waiting' as const, startedAt: null, judgement: null },
  ]
  const sentence = { en: 'too many errors', zh: '' }
  const taken = canaryView({ state: 'aborted', sentence, steps })
  const run = runView({ status: 'success', delivery: 'stopped', deployments: [taken] })
  expect(linesOf(run).slice(-3)).toEqual([
    '✖ production: too many errors',
    '  ✖ canary at 10 %: errors: new 9.0 % of 100, stable 0.0 % of 900',
    '  - canary at 50 %',
  ])
  expect(demoOutcome('bad-canary', run)).toEqual({
    isStopped: true,
    sentence:
      'Taken back from production by the analysis of its canary (at 10 %: errors: new 9.0 % of 100, stable 0.0 % of 900): too many errors',
  })
  expect(demoOutcome('bad-test', run).isStopped).toBe(false)
})

test.each([
  ['before a step was judged', []],
  ['as too little was seen', [{ weight: 10, state: 'inconclusive' as const, judgement: judgement(0, 'inconclusive') }]],
])('a rollout that was taken back %s is no proof of the analysis', (_, steps) => {
  const taken = canaryView({ state: 'aborted', steps: steps.map((step) => ({ startedAt: null, ...step })) })
  const run = runView({ status: 'success', delivery: 'stopped', deployments: [taken] })
  expect(demoOutcome('bad-canary', run).isStopped).toBe(false)
})

test('error rates say what they stand on', () => {
  const none = { requests: 0, errors: 0, errorRate: null, latencyP50Ms: null, latencyP95Ms: null }
  expect(ratesOf({ ...judgement(0.0004), stable: none })).toBe('errors: new 0.04 % of 100, stable no requests')
})

test('plain lines tell what began and what ended, once', () => {
  const before = progressOf(runView(), now)
  const running = progressOf(job({ state: 'running', attempts: [attemptView()] }), now)
  const later = progressOf(job({ state: 'running', attempts: [attemptView()] }), now + 1000)
  expect(changedLines([], before)).toEqual([])
  expect(changedLines(before, running)).toEqual(['… test · unit-test'])
  expect(changedLines(running, later)).toEqual([])
})

test.each([
  ['delivered', false, 'got through'],
  ['stopped', true, 'Stopped by gate "quality": coverage'],
] as const)('a demo that ends %s', (delivery, isStopped, words) => {
  const outcome = demoOutcome(
    'bad-coverage',
    runView({ status: 'success', delivery, gates: [gateView('closed', 'coverage')] }),
  )
  expect(outcome.isStopped).toBe(isStopped)
  expect(outcome.sentence).toContain(words)
})

test('a demo that ended without a gate is no proof of the gate', () => {
  expect(demoOutcome('bad-test', runView({ status: 'canceled', delivery: 'stopped' })).isStopped).toBe(false)
})

test('the summary says what is delivered, how long it took and where it runs', () => {
  const run = runView({ status: 'success', delivery: 'delivered' })
  const { environments } = run
  expect(deliverySummary({ run, environments, tookMs: 65_000 })).toEqual([
    'Delivered "A change" (01234567, run 7) in 1 min 5 s',
    '  staging      http://127.0.0.1:7071  (nothing runs there)',
    '  production   http://127.0.0.1:7071  (nothing runs there)',
  ])
  expect(deliverySummary({ run: null, environments: [], tookMs: 1 })[0]).toContain('runs the newest change already')
  const stopped = { ...run, delivery: 'stopped' as const, sentence: { en: 'gate closed', zh: '' } }
  expect(deliverySummary({ run: stopped, environments: [], tookMs: 1 })[0]).toContain('Not delivered: "A change"')
})

test('an environment that is no longer in the policy is told so, and is no part of a later run', () => {
  const release = { id: 'rel', version: '1.2.0', digest: 'sha256:1', commit: 'c', runId: 'run-0', since: '' }
  const old = environmentView('production', { tier: 'production', release, state: 'unhealthy', inPolicy: false })
  const now = environmentView('prod', {
    tier: 'production',
    release: { ...release, version: '1.6.0' },
    state: 'healthy',
  })
  const environments = [now, old]
  const summary = deliverySummary({ run: null, environments, tookMs: 1 })
  expect([summary[0], summary.at(-1)]).toEqual([
    'Production runs the newest change already, release 1.6.0: there was nothing to deliver.',
    '  production   http://127.0.0.1:7071  1.2.0, unhealthy, no longer in sluice.yml',
  ])
  expect(notServingSentence(environments, 'server.log')).toBeNull()
  expect(linesOf(runView({ environments })).slice(-2)).toEqual(['· release', '· prod'])
  const project = { slug: 'card', name: 'Card', defaultBranch: 'main', environments, lastRun: null }
  expect(statusLines([], [project]).slice(1)).toEqual([
    '  prod         http://127.0.0.1:7071  1.6.0, healthy',
    '  production   http://127.0.0.1:7071  1.2.0, unhealthy, no longer in sluice.yml',
  ])
})

test('the console is told with its one-time link', () => {
  const lines = consoleLines({ url: 'http://x/#t', expiresAt: '2026-01-01T00:05:00Z' }, 'Ctrl-C stops everything.')
  expect(lines[0]).toBe('  console      http://x/#t')
  expect(lines.at(-1)).toBe('Ctrl-C stops everything.')
})
