/** What a job's predecessors and gates say about its turn. */
import { unreachable } from '@sluice/kernel'
import { hasEnded, isBad } from './job-end.ts'
import { ownJob } from './own-job.ts'
import type { RunJob, RunState } from './run-state.ts'
import type { StageProgress } from './stage-progress.ts'

export type Readiness = { kind: 'wait'; reason: string } | { kind: 'run' } | { kind: 'skip'; reason: string }

/** Whether it is this job's turn, given how all others stand. */
export function readinessOf(job: RunJob, state: RunState, stages: StageProgress): Readiness {
  const closed = state.gates.find((gate) => gate.state === 'closed' && gate.stageIndex < job.stageIndex)
  if (closed) return { kind: 'skip', reason: `gate "${closed.name}" is closed` }
  const { waiting, bad } = predecessorsOf(job, state, stages)
  if (waiting) return { kind: 'wait', reason: `waits for job "${waiting.name}"` }
  const gate = state.gates.find(
    ({ state: gateState, stageIndex }) => gateState !== 'open' && stageIndex < job.stageIndex,
  )
  if (gate) return { kind: 'wait', reason: `waits for gate "${gate.name}"` }
  return byWhen(job, bad)
}

/** The first before it that has not ended, and the first that keeps it from running. */
function predecessorsOf(
  { needs, stageIndex }: RunJob,
  { jobs }: RunState,
  stages: StageProgress,
): { waiting: RunJob | undefined; bad: RunJob | undefined } {
  if (needs === null) return { waiting: stages.openBefore(stageIndex), bad: stages.badBefore(stageIndex) }
  const before = needs.flatMap((need) => ownJob(jobs, need.job) ?? [])
  return { waiting: before.find((other) => !hasEnded(other)), bad: before.find(isMissing) }
}

function byWhen(job: RunJob, bad: RunJob | undefined): Readiness {
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
function isMissing(other: RunJob): boolean {
  return isBad(other) || other.status === 'skipped' || other.status === 'manual'
}

function skipReason(bad: RunJob): string {
  if (bad.status === 'manual') return `job "${bad.name}" waits for a person to start it`
  return `job "${bad.name}" ${bad.status === 'skipped' ? 'was skipped' : bad.status}`
}
