import type { DeploymentView, EnvironmentView, GateView, JobView, RunView } from '@sluice/contracts/api'
import type { Judgement } from '@sluice/contracts/events'

const sentence = (en: string) => ({ en, zh: en })

export function jobView(name: string, more: Partial<JobView> = {}): JobView {
  return {
    name,
    stage: 'test',
    state: 'created',
    stateReason: sentence(''),
    confirmation: null,
    allowFailure: false,
    resourceGroup: null,
    needs: null,
    downstream: null,
    attempts: [],
    reasons: [],
    artifacts: [],
    ...more,
  }
}

export function attemptView(more: Partial<JobView['attempts'][number]> = {}): JobView['attempts'][number] {
  return {
    number: 1,
    state: 'running',
    runnerId: 'r',
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: null,
    exitCode: null,
    isolation: 'uid',
    logBytes: 0,
    ...more,
  }
}

export function gateView(state: GateView['state'], en: string): GateView {
  const subject = { kind: 'commit', commit: 'c' } as unknown as NonNullable<GateView['verdict']>['subject']
  const policy = { ref: 'main', commit: 'c', digest: 'sha256:0' }
  const decision = state === 'open' ? 'open' : 'closed'
  const verdict = {
    id: 'v',
    runId: 'r',
    gate: 'quality',
    decision,
    policy,
    subject,
    clauses: [],
    at: '',
    sentence: sentence(en),
  } as const
  return { name: 'quality', after: 'scan', state, verdict: state === 'waiting' ? null : { ...verdict, clauses: [] } }
}

export function environmentView(name: string, more: Partial<EnvironmentView> = {}): EnvironmentView {
  return {
    name,
    tier: name,
    url: `http://127.0.0.1:7071`,
    state: 'empty',
    inPolicy: true,
    release: null,
    candidate: null,
    ...more,
  }
}

export function judgement(newRate: number, result: Judgement['result'] = 'pass'): Judgement {
  const metrics = (errorRate: number, requests: number) => ({
    requests,
    errors: Math.round(errorRate * requests),
    errorRate,
    latencyP50Ms: 1,
    latencyP95Ms: 2,
  })
  return { result, stable: metrics(0, 900), canary: metrics(newRate, 100), sentence: sentence('judged') }
}

export function canaryView(more: Partial<DeploymentView> = {}): DeploymentView {
  const release = { id: 'rel', version: '1.0.0', digest: 'sha256:1' }
  return {
    id: 'd',
    environment: 'production',
    tier: 'production',
    strategy: 'canary',
    state: 'running',
    sentence: sentence('watching the canary'),
    release,
    previous: release,
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: null,
    weight: 10,
    steps: [
      { weight: 10, state: 'running', startedAt: null, judgement: null },
      { weight: 50, state: 'waiting', startedAt: null, judgement: null },
    ],
    current: judgement(0),
    ...more,
  }
}

export function runView(more: Partial<RunView> = {}): RunView {
  return {
    id: 'run-1',
    number: 7,
    project: 'card',
    ref: 'main',
    commit: '0123456789abcdef',
    title: 'A change',
    author: 'Ada',
    source: 'push',
    status: 'running',
    delivery: 'waiting',
    sentence: sentence('running'),
    createdAt: '2026-01-01T00:00:00.000Z',
    finishedAt: null,
    unisolated: false,
    parent: null,
    deliver: true,
    trigger: { kind: 'person', id: 'admin' },
    policy: { ref: 'main', commit: 'c', digest: 'sha256:0' },
    planDigest: 'sha256:0',
    stages: [{ name: 'test', jobs: [jobView('unit-test')] }],
    excluded: [],
    evidence: [],
    refusedReports: [],
    gates: [gateView('waiting', '')],
    resourceGroups: [],
    release: null,
    deployments: [],
    environments: [environmentView('staging'), environmentView('production')],
    log: [],
    ...more,
  }
}
