/**
 * The state of a run: plain JSON with a version, so that an upgrade in the middle of a run, or a wait of days, is
 * nothing special.
 *
 * Invariants, kept by `decide` and checked by its property tests:
 *  E1  A job has at most one live attempt; attempts count up from 1.
 *  E2  A job is offered only when what it needs has ended, and every gate of an earlier stage is open.
 *  E3  A terminal job never changes again, but for one that was skipped because a job that it needs waited for a person
 *      who then started that job; a finished run gives no commands until a person starts a job of it.
 *  E4  A gate is asked for once, when every job of its stage and of the stages before has ended or waits for a person
 *      without holding others up. What such a job does later is no part of the verdict.
 *  E5  An event that does not fit (an older attempt, a job that has ended) changes nothing: repeats are harmless.
 *  E6  A run in which nothing is offered, running, delayed, asked for, or held up by a person is finished; jobs that
 *      wait for a person without holding others up may be left.
 *  E7  That a run succeeded once is kept for good. Canceled after a person started a job of it, it ends as `success` again
 *      where every job that was canceled may fail.
 *  E8  A job of a resource group is offered only when it was granted the group for this attempt.
 *  E9  A job with a child begins at most one child an attempt, and is never offered to a runner. With a strategy it ends
 *      after the child has; once a cancel is asked for, every child that is left is told to stop.
 */
import type { EventPayloads, RunStatus } from '@sluice/contracts/events'
import type { PlanAutoCancel, PlanJob, RetryReason } from '@sluice/contracts/plan'

export type JobStatus =
  | 'created'
  | 'delayed'
  | 'manual'
  | 'waiting_for_resource'
  | 'pending'
  | 'running'
  | 'success'
  | 'failed'
  | 'canceled'
  | 'skipped'

/** What the engine needs to know of a planned job, and how it stands. */
export interface RunJob {
  name: string
  stage: string
  stageIndex: number
  needs: { job: string; optional: boolean }[] | null
  when: PlanJob['when']
  startInMs: number | null
  allowFailure: PlanJob['allowFailure']
  retry: { max: number; when: RetryReason[]; exitCodes: number[] }
  resourceGroup: string | null
  /** What its resource group was told of it last. Absent: nothing, or that it wants the group no more. */
  claim?: 'upcoming' | 'waiting' | 'held'
  /** A newer commit may end it. Absent: it may not. */
  interruptible?: true
  /** It is to stop, while its run goes on, and why. */
  cancelReason?: string
  status: JobStatus
  /** Number of the newest attempt; 0 before the first. */
  attempt: number
  /** Why it stands as it does, for people. */
  reason: string
  exitCode: number | null
  startedAtMs: number | null
  /** With `delayed`: when it is due. */
  dueAtMs: number | null
  /** For one that begins a child in place of a script. */
  child?: RunChild
}

/** The child of a job. */
export interface RunChild {
  /** What the job waits for; `null`: that the child exists. */
  strategy: 'depend' | 'mirror' | null
  /** Of the newest attempt. */
  status: 'none' | 'running' | ChildEnd
  /** Its run; `null` before there is one. */
  runId: string | null
}

/** How a child ended: as a run, or `skipped`, where none of its jobs ran. */
export type ChildEnd = 'success' | 'failed' | 'canceled' | 'skipped'

export interface RunGate {
  name: string
  after: string
  stageIndex: number
  state: 'waiting' | 'asked' | 'open' | 'closed'
}

export interface RunState {
  version: 1
  runId: string
  status: RunStatus
  cancelRequested: boolean
  /** Why it ends by itself: for a newer commit, or for a job that failed. Absent where a person canceled it. */
  cancelReason?: string
  /** As in the plan. Absent: GitLab's `conservative` and `none`. */
  autoCancel?: PlanAutoCancel
  /** Set with its first success, for good: what a person starts or cancels afterwards does not undo it. */
  succeeded?: true
  stages: string[]
  jobs: Record<string, RunJob>
  gates: RunGate[]
}

/** What happens to a run. The same words and payloads as in the log, so that a journal can be replayed. */
export type RunEvent =
  | { kind: 'run.begun' }
  | { kind: 'job.started'; payload: EventPayloads['job.started'] }
  | {
      kind: 'job.finished'
      payload: {
        job: string
        attempt: number
        outcome: 'success' | 'failed' | 'canceled'
        reason: RetryReason | null
        exitCode: number | null
        /** The disk that it ran on had no room meanwhile. */
        isDiskFull?: boolean
      }
    }
  | { kind: 'job.due'; payload: { job: string } }
  | { kind: 'job.played'; payload: { job: string } }
  | { kind: 'gate.decided'; payload: { gate: string; decision: 'open' | 'closed' } }
  | { kind: 'run.cancel-requested'; payload: { reason: string } }
  /** A run of a newer commit of the same ref has begun. */
  | { kind: 'run.outdated'; payload: { byRunNumber: number } }
  /** The job has its resource group, for this attempt. */
  | { kind: 'resource.granted'; payload: { job: string; attempt: number } }
  | ChildEvent

/** What becomes of the child of a job's attempt. */
export type ChildEvent =
  | { kind: 'child.begun'; payload: { job: string; attempt: number; runId: string } }
  /** There will be none. @param reason the rest of a sentence: `its child cannot be created: <reason>` */
  | { kind: 'child.refused'; payload: { job: string; attempt: number; reason: string } }
  /** It waits for a person, or goes on after that. */
  | { kind: 'child.waits'; payload: { job: string; attempt: number; isWaiting: boolean } }
  | { kind: 'child.ended'; payload: { job: string; attempt: number; status: ChildEnd; reason: string | null } }

/** What is to be done next, in order. Every command is safe to repeat by its job and attempt. */
export type RunCommand =
  | { kind: 'offer-job'; job: string; attempt: number }
  /** A child is to be made and begun; `child.begun` or `child.refused` answers. */
  | { kind: 'begin-child'; job: string; attempt: number }
  /** The child, if it is there, shall stop; else it shall not begin. `child.ended` or `child.refused` answers. */
  | { kind: 'cancel-child'; job: string; attempt: number }
  /** The attempt is pending or running and shall stop. */
  | { kind: 'cancel-job'; job: string; attempt: number }
  | { kind: 'wake'; job: string; atMs: number }
  | { kind: 'decide-gate'; gate: string }
  /** The job will want its resource group, or wants it now: it is offered once the group is granted. */
  | { kind: 'claim-resource'; group: string; job: string; attempt: number; state: 'upcoming' | 'waiting' }
  /** The job wants its resource group no more, whether it had it or not. */
  | { kind: 'release-resource'; group: string; job: string }
  | { kind: 'record'; entry: RecordedEntry }

/** What the engine itself has to tell in the log. */
export type RecordedEntry = {
  [K in 'job.skipped' | 'job.finished' | 'run.finished']: { kind: K; payload: EventPayloads[K] }
}['job.skipped' | 'job.finished' | 'run.finished']

export interface Decision {
  state: RunState
  commands: RunCommand[]
}

const terminal: ReadonlySet<JobStatus> = new Set(['success', 'failed', 'canceled', 'skipped'])

/** Whether a job in this status has ended for good. */
export function isTerminal(status: JobStatus): boolean {
  return terminal.has(status)
}
