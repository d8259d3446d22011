import { unreachable } from '@sluice/kernel'
import { ownJob } from './own-job.ts'
import {
  isTerminal,
  type ChildEnd,
  type ChildEvent,
  type RunChild,
  type RunCommand,
  type RunJob,
  type RunState,
} from './run-state.ts'

/** What an event of a child makes of its job: how the attempt ends, if it does, and what is to be done. */
export interface ChildStep {
  commands: RunCommand[]
  end: AttemptEnd | null
}

/** The end of the attempt of a job that had a child. */
export interface AttemptEnd {
  job: string
  attempt: number
  outcome: 'success' | 'failed' | 'canceled' | 'skipped'
  /** For people; empty for a success. */
  sentence: string
}

const nothing: ChildStep = { commands: [], end: null }

/**
 * Notes on the job what becomes of its child. A job without a strategy ends when its child begins, whatever comes of it;
 * one with a strategy as its child ends: `mirror` in the same way, `depend` without one of its own for a child of which
 * no job ran. GitLab, `trigger:strategy`.
 */
export function childStep(state: RunState, event: ChildEvent, nowMs: number): ChildStep {
  const job = ownJob(state.jobs, event.payload.job)
  if (job?.child === undefined || job.attempt !== event.payload.attempt) return nothing
  switch (event.kind) {
    case 'child.begun':
      return begun(state, job, job.child, event.payload.runId, nowMs)
    case 'child.refused':
      if (job.child.status !== 'none') return nothing
      return ending(job, 'failed', `its child cannot be created: ${event.payload.reason}`)
    case 'child.waits':
      if (job.child.status === 'running' && job.status === 'running')
        job.reason = event.payload.isWaiting ? 'its child waits for a person' : ''
      return nothing
    case 'child.ended':
      return ended(job, job.child, event.payload.status, event.payload.reason)
    default:
      return unreachable(event)
  }
}

function begun(state: RunState, job: RunJob, child: RunChild, runId: string, nowMs: number): ChildStep {
  if (child.status !== 'none') {
    if (child.runId === null) job.child = { ...child, runId }
    return nothing
  }
  job.child = { ...child, status: 'running', runId }
  // It was asked to stop while its child was made.
  const isToStop = state.cancelRequested || job.cancelReason !== undefined
  const commands: RunCommand[] = isToStop ? [{ kind: 'cancel-child', job: job.name, attempt: job.attempt }] : []
  if (isTerminal(job.status)) return { commands, end: null }
  if (child.strategy === null) return { ...ending(job, 'success', ''), commands }
  job.status = 'running'
  job.reason = ''
  job.startedAtMs = nowMs
  return { commands, end: null }
}

function ended(job: RunJob, child: RunChild, status: ChildEnd, reason: string | null): ChildStep {
  // It may have ended before anybody told that it had begun.
  if (child.status !== 'running' && child.status !== 'none') return nothing
  job.child = { ...child, status }
  if (isTerminal(job.status)) return nothing
  if (child.strategy === null) return ending(job, 'success', '')
  switch (status) {
    case 'success':
      return ending(job, 'success', '')
    case 'failed':
      return ending(job, 'failed', reason === null ? 'its child failed' : `its child failed: ${reason}`)
    case 'canceled':
      return ending(job, 'canceled', 'its child was canceled')
    case 'skipped':
      return ending(job, child.strategy === 'mirror' ? 'skipped' : 'failed', 'none of the jobs of its child ran')
    default:
      return unreachable(status)
  }
}

function ending({ name, attempt }: RunJob, outcome: AttemptEnd['outcome'], sentence: string): ChildStep {
  return { commands: [], end: { job: name, attempt, outcome, sentence } }
}
