import { unreachable } from '@sluice/kernel'
import { childStep } from './child-step.ts'
import { cancelJob, markCanceled, stopAttempt } from './cancel-job.ts'
import { hasFailed } from './job-end.ts'
import { offerJob } from './offer-job.ts'
import { ownJob } from './own-job.ts'
import { redundantPart } from './redundant-part.ts'
import { resourceClaims } from './resource-claims.ts'
import { retryOf } from './retry.ts'
import { settle } from './settle.ts'
import {
  isTerminal,
  type ChildEvent,
  type Decision,
  type RunCommand,
  type RunEvent,
  type RunJob,
  type RunState,
} from './run-state.ts'

/**
 * One step of a run: what is true after the event, and what to do next. Pure, total and deterministic.
 * @param nowMs when the event is taken, in milliseconds since 1970
 */
export function decide(state: RunState, event: RunEvent, nowMs: number): Decision {
  if (state.status !== 'running' && !reopens(state, event)) return afterEnd(state, event, nowMs)
  const applied = apply(structuredCopy(state), event, nowMs)
  const settled = settle(applied.state, nowMs)
  const claims = resourceClaims(settled.state)
  return { state: settled.state, commands: [...applied.commands, ...settled.commands, ...claims] }
}

/** A run that has ended, but not by a cancel, goes on when a person starts a job that waited for one, as in GitLab. */
function reopens(state: RunState, event: RunEvent): boolean {
  if (event.kind !== 'job.played' || state.status === 'canceled') return false
  return ownJob(state.jobs, event.payload.job)?.status === 'manual'
}

/** A child that nothing waits for may outlive the run, and one that was being made may begin after a cancel. */
function afterEnd(state: RunState, event: RunEvent, nowMs: number): Decision {
  if (event.kind !== 'child.begun' && event.kind !== 'child.ended') return { state, commands: [] }
  const copy = structuredCopy(state)
  return { state: copy, commands: childStep(copy, event, nowMs).commands }
}

/** Phase 1: the event itself, nothing of what follows from it. */
function apply(state: RunState, event: RunEvent, nowMs: number): Decision {
  switch (event.kind) {
    case 'run.begun':
      return { state, commands: [] }
    case 'job.started':
      return started(state, event.payload.job, event.payload.attempt, nowMs)
    case 'job.finished':
      return finished(state, event.payload, nowMs)
    case 'job.due':
      return due(state, event.payload.job)
    case 'job.played':
      return played(state, event.payload.job)
    case 'gate.decided':
      return decided(state, event.payload)
    case 'run.cancel-requested':
      return cancelRequested(state, event.payload.reason)
    case 'run.outdated':
      return outdated(state, event.payload.byRunNumber)
    case 'resource.granted':
      return granted(state, event.payload)
    case 'child.begun':
    case 'child.refused':
    case 'child.waits':
    case 'child.ended':
      return childFollowed(state, event, nowMs)
    default:
      return unreachable(event)
  }
}

function started(state: RunState, name: string, attempt: number, nowMs: number): Decision {
  const job = ownJob(state.jobs, name)
  if (job?.status === 'pending' && job.attempt === attempt) {
    job.status = 'running'
    job.reason = ''
    job.startedAtMs = nowMs
  }
  return { state, commands: [] }
}

/** @param sentence why, where the payload has no reason that says it */
function finished(
  state: RunState,
  payload: Extract<RunEvent, { kind: 'job.finished' }>['payload'],
  nowMs: number,
  sentence?: string,
): Decision {
  const job = ownJob(state.jobs, payload.job)
  const live = job && (job.status === 'running' || job.status === 'pending') && job.attempt === payload.attempt
  if (!live) return { state, commands: [] }
  const isToStop = state.cancelRequested || job.cancelReason !== undefined
  const outcome = isToStop && payload.outcome !== 'success' ? 'canceled' : payload.outcome
  job.status = outcome
  job.exitCode = payload.exitCode
  job.reason =
    sentence ??
    (outcome === 'canceled' ? (job.cancelReason ?? state.cancelReason ?? 'canceled') : reasonOf(outcome, payload))
  const commands: RunCommand[] = [
    {
      kind: 'record',
      entry: {
        kind: 'job.finished',
        payload: {
          job: job.name,
          stage: job.stage,
          attempt: job.attempt,
          outcome,
          reason: payload.reason,
          exitCode: payload.exitCode,
          ...(payload.isDiskFull === true ? { isDiskFull: true } : {}),
          durationMs: job.startedAtMs === null ? 0 : Math.max(0, nowMs - job.startedAtMs),
        },
      },
    },
  ]
  const retry = isToStop ? null : retryOf(job, payload)
  if (retry !== null) {
    job.status = 'created'
    job.reason = retry
    job.startedAtMs = null
    return { state, commands }
  }
  return { state, commands: [...commands, ...failFast(state, job)] }
}

function reasonOf(
  outcome: string,
  payload: { reason: string | null; exitCode: number | null; isDiskFull?: boolean },
): string {
  if (outcome === 'success') return ''
  const why = payload.reason ?? 'unknown_failure'
  const ended = payload.exitCode === null ? why : `${why}: exit code ${payload.exitCode}`
  return payload.isDiskFull === true ? `${ended}, on a full disk` : ended
}

function childFollowed(state: RunState, event: ChildEvent, nowMs: number): Decision {
  const { commands, end } = childStep(state, event, nowMs)
  if (end === null) return { state, commands }
  const { job, attempt, outcome, sentence } = end
  if (outcome === 'skipped' && !state.cancelRequested) {
    const after = skipped(state, job, sentence)
    return { ...after, commands: [...commands, ...after.commands] }
  }
  const payload = {
    job,
    attempt,
    outcome: outcome === 'skipped' ? 'canceled' : outcome,
    reason: null,
    exitCode: null,
  } as const
  const after = finished(state, payload, nowMs, sentence)
  return { ...after, commands: [...commands, ...after.commands] }
}

function skipped(state: RunState, name: string, reason: string): Decision {
  const job = ownJob(state.jobs, name)
  if (job === undefined || isTerminal(job.status)) return { state, commands: [] }
  job.status = 'skipped'
  job.reason = reason
  return {
    state,
    commands: [{ kind: 'record', entry: { kind: 'job.skipped', payload: { job: name, stage: job.stage, reason } } }],
  }
}

function due(state: RunState, name: string): Decision {
  const job = ownJob(state.jobs, name)
  if (job?.status === 'delayed') offerable(job)
  return { state, commands: [] }
}

function played(state: RunState, name: string): Decision {
  const job = ownJob(state.jobs, name)
  if (job?.status !== 'manual') return { state, commands: [] }
  state.status = 'running'
  offerable(job)
  bringBack(state, name)
  return { state, commands: [] }
}

/** What was skipped because a job by `needs` waited for a person gets its turn again, and what was skipped for that. */
function bringBack({ jobs }: RunState, name: string): void {
  const skipped = Object.values(jobs).filter(({ status }) => status === 'skipped')
  const dependents = Map.groupBy(
    skipped.flatMap((job) => (job.needs ?? []).map((need) => ({ job, need: need.job }))),
    ({ need }) => need,
  )
  const back = [name]
  for (const one of back)
    for (const { job } of dependents.get(one) ?? []) {
      if (job.status !== 'skipped') continue
      job.status = 'created'
      job.reason = ''
      back.push(job.name)
    }
}

/** Back to `created` as an ordinary job whose turn has come: `settle` offers it. */
function offerable(job: RunJob): void {
  job.status = 'created'
  job.when = 'always'
  job.reason = ''
}

function decided(state: RunState, payload: { gate: string; decision: 'open' | 'closed' }): Decision {
  const gate = state.gates.find(({ name }) => name === payload.gate)
  if (gate?.state === 'asked') gate.state = payload.decision
  return { state, commands: [] }
}

function cancelRequested(state: RunState, reason: string): Decision {
  if (state.cancelRequested) return { state, commands: [] }
  state.cancelRequested = true
  const jobs = Object.values(state.jobs)
  const commands = jobs.flatMap(stopAttempt)
  for (const job of jobs) markCanceled(job, reason)
  return { state, commands }
}

/** GitLab, `workflow:auto_cancel:on_job_failure`: one job that fails for good, and may not, ends the others. */
function failFast(state: RunState, job: RunJob): RunCommand[] {
  if (state.autoCancel?.onJobFailure !== 'all' || state.cancelRequested || !hasFailed(job)) return []
  state.cancelReason = `canceled as job "${job.name}" failed`
  return cancelRequested(state, state.cancelReason).commands
}

function outdated(state: RunState, byRunNumber: number): Decision {
  const reason = `canceled for run ${byRunNumber} of a newer commit`
  const redundant = redundantPart(state)
  if (redundant !== 'run') {
    const jobs = redundant.flatMap((name) => ownJob(state.jobs, name) ?? [])
    return { state, commands: jobs.flatMap((job) => cancelJob(job, reason)) }
  }
  state.cancelReason = reason
  return cancelRequested(state, reason)
}

function granted(state: RunState, { job: name, attempt }: { job: string; attempt: number }): Decision {
  const job = ownJob(state.jobs, name)
  const isAsked = job?.status === 'waiting_for_resource' && job.attempt + 1 === attempt
  return { state, commands: isAsked ? [offerJob(job)] : [] }
}

/** States are small and plain; a copy keeps the caller's value whole without a library of persistent data. */
function structuredCopy(state: RunState): RunState {
  return {
    ...state,
    jobs: Object.fromEntries(Object.entries(state.jobs).map(([name, job]) => [name, { ...job }])),
    gates: state.gates.map((gate) => ({ ...gate })),
  }
}
