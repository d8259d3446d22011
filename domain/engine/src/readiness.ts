/** What a job's predecessors and gates say about its turn. */
import { unreachable } from '@sluice/kernel'
import { hasEnded, hasFailed, isBad } from './job-end.ts'
import { ownJob } from './own-job.ts'
import type { RunJob, RunState } from './run-state.ts'
import type { StageProgress } from './stage-progress.ts'

export type Readiness = { kind: 'wait'; reason: string } | { kind: 'run' } | { kind: 'skip'; reason: string }

/** Whether it is this job's turn, given how all others stand. */
export function readinessOf(job: RunJob, state: RunState, stages: StageProgress): Readiness {
  const closed = state.gates.find((gate) => gate.state === 'closed' && gate.stageIndex < job.stageIndex)
  if (closed) return { kind: 'skip', reason: `gate "${closed.name}" is closed` }
  const predecessors = predecessorsOf(job, state, stages)
  const { waiting } = predecessors
  if (waiting) return { kind: 'wait', reason: `waits for job "${waiting.name}"` }
  const gate = state.gates.find(
    ({ state: gateState, stageIndex }) => gateState !== 'open' && stageIndex < job.stageIndex,
  )
  if (gate) return { kind: 'wait', reason: `waits for gate "${gate.name}"` }
  return byWhen(job, predecessors)
}

interface Predecessors {
  /** The first that has not ended. */
  waiting: RunJob | undefined
  /** The first that keeps a job from running that wants their success. */
  missing: RunJob | undefined
  /** The first that failed. */
  failed: RunJob | undefined
  /** The first that was canceled, where none failed. */
  canceled: RunJob | undefined
}

function predecessorsOf({ needs, stageIndex }: RunJob, { jobs }: RunState, stages: StageProgress): Predecessors {
  if (needs === null) {
    const bad = stages.badBefore(stageIndex)
    const failed = stages.failedBefore(stageIndex)
    return {
      waiting: stages.openBefore(stageIndex),
      missing: bad,
      failed,
      canceled: failed === undefined ? bad : undefined,
    }
  }
  const before = needs.flatMap((need) => ownJob(jobs, need.job) ?? [])
  const failed = before.find(hasFailed)
  return {
    waiting: before.find((other) => !hasEnded(other)),
    missing: before.find(isMissing),
    failed,
    canceled: failed === undefined ? before.find(isBad) : undefined,
  }
}

/** A cancel is no failure: after it neither what cleans up nor what always runs begins, as in GitLab. */
function byWhen(job: RunJob, { missing, failed, canceled }: Predecessors): Readiness {
  switch (job.when) {
    case 'always':
      return canceled ? { kind: 'skip', reason: skipReason(canceled) } : { kind: 'run' }
    case 'on_failure':
      return failed ? { kind: 'run' } : { kind: 'skip', reason: 'runs only on failure, and nothing before it failed' }
    case 'on_success':
    case 'manual':
    case 'delayed':
      return missing ? { kind: 'skip', reason: skipReason(missing) } : { kind: 'run' }
    default:
      return unreachable(job.when)
  }
}

/**
 * With `needs`, a job that was skipped, or that nobody has started yet, is missing; by stages it is passed over, for
 * what made it skip is seen itself. When a person starts it, what was skipped for it comes back (`decide`).
 */
function isMissing(other: RunJob): boolean {
  return isBad(other) || other.status === 'skipped' || other.status === 'manual'
}

function skipReason(bad: RunJob): string {
  if (bad.status === 'manual') return `job "${bad.name}" waits for a person to start it`
  return `job "${bad.name}" ${bad.status === 'skipped' ? 'was skipped' : bad.status}`
}
