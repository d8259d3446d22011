/** What a job's predecessors and gates say about its turn. */
import { unreachable } from '@sluice/kernel'
import { isTerminal, type RunJob, type RunState } from './run-state.ts'

export type Readiness = { kind: 'wait'; reason: string } | { kind: 'run' } | { kind: 'skip'; reason: string }

/** Whether it is this job's turn, given how all others stand. */
export function readinessOf(job: RunJob, state: RunState, order: RunJob[]): Readiness {
  const closed = state.gates.find((gate) => gate.state === 'closed' && gate.stageIndex < job.stageIndex)
  if (closed) return { kind: 'skip', reason: `gate "${closed.name}" is closed` }
  const before = predecessorsOf(job, state, order)
  const waiting = before.find((other) => !hasEnded(other))
  if (waiting) return { kind: 'wait', reason: `waits for job "${waiting.name}"` }
  const gate = state.gates.find(
    ({ state: gateState, stageIndex }) => gateState !== 'open' && stageIndex < job.stageIndex,
  )
  if (gate) return { kind: 'wait', reason: `waits for gate "${gate.name}"` }
  return byWhen(job, before)
}

function predecessorsOf(job: RunJob, state: RunState, order: RunJob[]): RunJob[] {
  if (job.needs === null) return order.filter((other) => other.stageIndex < job.stageIndex)
  return job.needs.flatMap((need) => state.jobs[need.job] ?? [])
}

/** A manual job that may fail does not hold others up (GitLab, `when: manual`: optional unless `allow_failure: false`). */
export function hasEnded(job: RunJob): boolean {
  return isTerminal(job.status) || (job.status === 'manual' && job.allowFailure === true)
}

function byWhen(job: RunJob, before: RunJob[]): Readiness {
  const bad = before.find((other) => isBad(other, job))
  switch (job.when) {
    case 'always':
      return { kind: 'run' }
    case 'on_failure':
      return bad ? { kind: 'run' } : { kind: 'skip', reason: 'runs only on failure, and nothing before it failed' }
    case 'on_success':
    case 'manual':
    case 'delayed':
      return bad ? { kind: 'skip', reason: skipReason(bad) } : { kind: 'run' }
    default:
      return unreachable(job.when)
  }
}

/**
 * With `needs`, a job that was skipped, or that nobody has started yet, is missing; by stages it is passed over, for
 * what made it skip is seen itself. When a person starts it, what was skipped for it comes back (`decide`).
 */
function isBad(other: RunJob, job: RunJob): boolean {
  if (other.status === 'failed') return !failureIsAllowed(other)
  if (other.status === 'canceled') return true
  return (other.status === 'skipped' || other.status === 'manual') && job.needs !== null
}

function skipReason(bad: RunJob): string {
  if (bad.status === 'manual') return `job "${bad.name}" waits for a person to start it`
  return `job "${bad.name}" ${bad.status === 'skipped' ? 'was skipped' : bad.status}`
}

/** Whether this job's failure leaves the run green. */
export function failureIsAllowed(job: RunJob): boolean {
  if (typeof job.allowFailure === 'boolean') return job.allowFailure
  return job.exitCode !== null && job.allowFailure.exitCodes.includes(job.exitCode)
}
