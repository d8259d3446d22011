import type { FactKind } from '@sluice/contracts/evidence'
import { addDeployment, logBuilder, type LogBuilder } from '@sluice/dora/testing/log-builder.ts'

/** What differs from a first delivery in which all is well. */
export interface DeliveryVariant {
  /** Number of the change; names commit, run and release. */
  change?: number
  /** Whether a push of the commit is in the log. */
  pushed?: boolean
  gate?: 'open' | 'closed'
  /** Whether the gate's clauses name the evidence that they looked at. */
  clausesNameEvidence?: boolean
  settings?: number
  digestVerified?: boolean
  /** Names of the test reports. */
  tests?: string[]
  /** Whether a scanner reported. */
  scans?: boolean
  outcome?: 'promoted' | 'aborted'
  /** Digest that production gets instead of that of the release. */
  productionDigest?: string
}

/** Adds a change that goes through the whole chain to production, as the platform tells it. */
export function addDelivery(log: LogBuilder, variant: DeliveryVariant = {}): LogBuilder {
  const { change = 1, gate = 'open', outcome = 'promoted' } = variant
  const runId = `run-${change}`
  addRun(log, change, variant)
  log.add('run.finished', { status: gate === 'open' ? 'success' : 'failed', reason: null }, runId)
  if (gate === 'closed') return log
  const [releaseId, digest, commit] = [`release-${change}`, `sha256:${change}`, `commit-${change}`]
  const version = `2026.3.${change}`
  log.add('release.created', { releaseId, version, digest, commit, files: 12, sizeBytes: 4000 }, runId)
  const previous = change > 1 ? `release-${change - 1}` : null
  const from = log.entries.length
  addDeployment(
    log,
    { id: `staging-${change}`, release: releaseId, environment: 'staging', digest, previous, strategy: 'recreate' },
    runId,
  )
  const commits = [{ commit, receivedAt: new Date(log.nowMs - 600_000).toISOString() }]
  const production = {
    id: `production-${change}`,
    release: releaseId,
    digest: variant.productionDigest ?? digest,
    previous,
  }
  addDeployment(log, { ...production, weights: [10, 50, 100], outcome, commits }, runId)
  for (const entry of log.entries.slice(from)) {
    if (entry.kind === 'deployment.started' && variant.settings !== undefined) entry.payload.settings = variant.settings
    if (entry.kind === 'deployment.finished' && variant.digestVerified !== undefined)
      entry.payload.digestVerified = variant.digestVerified
  }
  const healthy = outcome === 'promoted' ? releaseId : (previous ?? releaseId)
  return log.add('environment.healthy', { environment: 'production', releaseId: healthy, adopted: false }, runId)
}

function addRun(log: LogBuilder, change: number, variant: DeliveryVariant): void {
  const {
    pushed = true,
    gate = 'open',
    tests = ['unit-tests', 'interface-tests'],
    clausesNameEvidence = true,
  } = variant
  const [runId, commit, ref] = [`run-${change}`, `commit-${change}`, 'main']
  const before = `commit-${change - 1}`
  if (pushed) log.add('change.pushed', { ref, before, after: commit, title: 'A change', author: 'a', committedAt: '' })
  const policy = { policyRef: 'refs/heads/main', policyCommit: before, policyDigest: 'sha256:policy' }
  const plan = { planDigest: 'sha256:plan', jobs: ['test', 'scan'], source: 'push', deliver: true }
  log.add(
    'run.created',
    { number: change, ref, commit, beforeCommit: before, title: 'A change', ...policy, ...plan },
    runId,
  )
  const reports: [name: string, fact: FactKind, job: string][] = [
    ...tests.map((name): [string, FactKind, string] => [name, 'tests', 'test']),
    ...(variant.scans === false ? [] : [['scan', 'findings', 'scan'] as [string, FactKind, string]]),
  ]
  for (const job of ['test', 'scan']) {
    log.add('job.started', { job, attempt: 1, runnerId: 'runner-1', isolation: 'uid' }, runId)
    for (const [name, fact] of reports.filter(([, , own]) => own === job)) {
      const made = { evidenceId: `${runId}-${name}`, name, fact, format: 'junit', tool: 'a tool', job }
      log.add('evidence.recorded', { ...made, summary: { total: 10, failed: gate === 'open' ? 0 : 1 } }, runId)
    }
    log.add(
      'job.finished',
      { job, stage: job, attempt: 1, outcome: 'success', reason: null, exitCode: 0, durationMs: 5 },
      runId,
    )
  }
  const clauses = reports.map(([name, fact]) => {
    const state = gate === 'closed' && fact === 'tests' ? ('fail' as const) : ('pass' as const)
    return { rule: name, state, ...(clausesNameEvidence ? { evidence: [`${runId}-${name}`] } : {}) }
  })
  const decided = {
    gate: 'quality',
    verdictId: `verdict-${change}`,
    decision: gate,
    clauses,
    sentence: { en: '', zh: '' },
  }
  log.add('gate.decided', decided, runId)
}

/** The log of one first delivery with everything that the platform can tell. */
export function firstDelivery(variant: DeliveryVariant = {}): LogBuilder {
  return addDelivery(logBuilder(), { settings: 2, digestVerified: true, ...variant })
}
