import { unreachable } from '@sluice/kernel'
import { hasEnded, hasFailed, mayBeLeft } from './job-end.ts'
import { offerJob } from './offer-job.ts'
import { readinessOf, type Readiness } from './readiness.ts'
import type { Decision, RunCommand, RunJob, RunState } from './run-state.ts'
import { StageProgress } from './stage-progress.ts'
import { turnOrder } from './turn-order.ts'

/** Phase 2: everything that follows from how the jobs stand now, until nothing more follows. Changes `state` in place. */
export function settle(state: RunState, nowMs: number): Decision {
  const commands: RunCommand[] = []
  const order = turnOrder(state)
  const stages = new StageProgress(order)
  let moved = true
  while (moved) {
    moved = false
    for (const job of order) {
      if (job.status !== 'created') continue
      const command = turn(job, readinessOf(job, state, stages), nowMs)
      if (command !== null) commands.push(command)
      if (hasMoved(job)) moved = true
    }
  }
  commands.push(...askGates(state, stages))
  commands.push(...finish(state, order))
  return { state, commands }
}

/** `begin` and `turn` change the status in place, which the type checker cannot see through the loop's own check. */
function hasMoved(job: RunJob): boolean {
  return job.status !== 'created'
}

function turn(job: RunJob, readiness: Readiness, nowMs: number): RunCommand | null {
  switch (readiness.kind) {
    case 'wait':
      job.reason = job.attempt === 0 ? readiness.reason : job.reason
      return null
    case 'skip':
      job.status = 'skipped'
      job.reason = readiness.reason
      return {
        kind: 'record',
        entry: { kind: 'job.skipped', payload: { job: job.name, stage: job.stage, reason: readiness.reason } },
      }
    case 'run':
      return begin(job, nowMs)
    default:
      return unreachable(readiness)
  }
}

function begin(job: RunJob, nowMs: number): RunCommand | null {
  if (job.when === 'manual' && job.attempt === 0) {
    job.status = 'manual'
    job.reason = 'waits for a person to start it'
    return null
  }
  if (job.when === 'delayed' && job.attempt === 0) {
    job.status = 'delayed'
    job.dueAtMs = nowMs + (job.startInMs ?? 0)
    return { kind: 'wake', job: job.name, atMs: job.dueAtMs }
  }
  if (job.resourceGroup === null) return offerJob(job)
  job.status = 'waiting_for_resource'
  job.reason = `waits for resource group "${job.resourceGroup}"`
  return null
}

function askGates(state: RunState, stages: StageProgress): RunCommand[] {
  if (state.cancelRequested) return []
  return state.gates
    .filter((gate) => gate.state === 'waiting' && !stages.openBefore(gate.stageIndex + 1))
    .map((gate) => {
      gate.state = 'asked'
      return { kind: 'decide-gate', gate: gate.name }
    })
}

/** Ends the run when nothing can move any more (E6). */
function finish(state: RunState, order: RunJob[]): RunCommand[] {
  const jobsOpen = !order.every(hasEnded)
  const gatesOpen =
    !state.cancelRequested && state.gates.some((gate) => gate.state === 'waiting' || gate.state === 'asked')
  if (jobsOpen || gatesOpen) return []
  const end = outcomeOf(state, order)
  state.status = end.status
  if (end.status === 'success') state.succeeded = true
  return [{ kind: 'record', entry: { kind: 'run.finished', payload: end } }]
}

function outcomeOf(
  state: RunState,
  order: RunJob[],
): { status: 'success' | 'failed' | 'canceled'; reason: string | null } {
  const failed = order.filter(hasFailed)
  const canceled = canceledFor(state, order)
  const isByPerson = state.cancelRequested && state.cancelReason === undefined
  // What ends by itself has failed where a job has, as in GitLab.
  if (canceled !== null && (isByPerson || failed.length === 0)) return { status: 'canceled', reason: canceled }
  const closed = state.gates.filter((gate) => gate.state === 'closed')
  const reasons = [
    ...closed.map((gate) => `gate "${gate.name}" is closed`),
    ...failed.map((job) => `job "${job.name}" failed (${job.reason})`),
  ]
  return reasons.length === 0 ? { status: 'success', reason: null } : { status: 'failed', reason: reasons.join('; ') }
}

/** Why the run counts as canceled, with all of it or with a job that may not be left out; `null` where it does not. */
function canceledFor(state: RunState, order: RunJob[]): string | null {
  const left = order.find((job) => !mayBeLeft(job))
  if (state.cancelRequested) return state.succeeded && left === undefined ? null : (state.cancelReason ?? 'canceled')
  return left?.cancelReason ?? null
}
