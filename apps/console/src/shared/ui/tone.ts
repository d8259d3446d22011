import type { CriterionState, EnvironmentView, GateView, JobState, RunSummary } from '@sluice/contracts/api'
import type { ClauseState } from '@sluice/contracts/evidence'
import type { RunStatus } from '@sluice/contracts/events'
import type { TextKey } from '../i18n/texts.ts'

/** How good news a state is; gives colour and sign. */
export type Tone = 'good' | 'bad' | 'busy' | 'warn' | 'idle'

export interface Look {
  tone: Tone
  label: TextKey
}

export const runLooks: Record<RunStatus, Look> = {
  running: { tone: 'busy', label: 'run.status.running' },
  success: { tone: 'good', label: 'run.status.success' },
  failed: { tone: 'bad', label: 'run.status.failed' },
  canceled: { tone: 'idle', label: 'run.status.canceled' },
}

export const deliveryLooks: Record<RunSummary['delivery'], Look> = {
  none: { tone: 'idle', label: 'delivery.none' },
  waiting: { tone: 'idle', label: 'delivery.waiting' },
  delivering: { tone: 'busy', label: 'delivery.delivering' },
  delivered: { tone: 'good', label: 'delivery.delivered' },
  stopped: { tone: 'bad', label: 'delivery.stopped' },
}

export const jobLooks: Record<JobState, Look> = {
  created: { tone: 'idle', label: 'job.state.created' },
  waiting: { tone: 'idle', label: 'job.state.waiting' },
  waiting_for_resource: { tone: 'busy', label: 'job.state.waitingForResource' },
  pending: { tone: 'busy', label: 'job.state.pending' },
  running: { tone: 'busy', label: 'job.state.running' },
  success: { tone: 'good', label: 'job.state.success' },
  failed: { tone: 'bad', label: 'job.state.failed' },
  canceled: { tone: 'idle', label: 'job.state.canceled' },
  skipped: { tone: 'idle', label: 'job.state.skipped' },
  manual: { tone: 'warn', label: 'job.state.manual' },
}

export const gateLooks: Record<GateView['state'], Look> = {
  waiting: { tone: 'idle', label: 'gate.state.waiting' },
  open: { tone: 'good', label: 'gate.state.open' },
  closed: { tone: 'bad', label: 'gate.state.closed' },
}

export const clauseLooks: Record<ClauseState, Look> = {
  pass: { tone: 'good', label: 'clause.pass' },
  fail: { tone: 'bad', label: 'clause.fail' },
  missing: { tone: 'bad', label: 'clause.missing' },
  untrusted: { tone: 'bad', label: 'clause.untrusted' },
  'wrong-subject': { tone: 'bad', label: 'clause.wrongSubject' },
  invalid: { tone: 'bad', label: 'clause.invalid' },
  error: { tone: 'bad', label: 'clause.error' },
}

export const environmentLooks: Record<EnvironmentView['state'], Look> = {
  empty: { tone: 'idle', label: 'environment.state.empty' },
  healthy: { tone: 'good', label: 'environment.state.healthy' },
  deploying: { tone: 'busy', label: 'environment.state.deploying' },
  unhealthy: { tone: 'bad', label: 'environment.state.unhealthy' },
}

export const criterionLooks: Record<CriterionState, Look> = {
  met: { tone: 'good', label: 'criterion.met' },
  partial: { tone: 'warn', label: 'criterion.partial' },
  not_met: { tone: 'bad', label: 'criterion.notMet' },
  unknown: { tone: 'idle', label: 'criterion.unknown' },
}
