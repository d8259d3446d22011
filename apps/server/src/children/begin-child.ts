import { startDelivery } from '@sluice/delivery'
import { createRunState, type RunState } from '@sluice/engine'
import type { Clock, Ids } from '@sluice/kernel'
import { planDigest, type RefusedChild } from '@sluice/pipeline'
import {
  appendEntry,
  findRun,
  insertRun,
  nextRunNumber,
  type NewRun,
  type PostgresJournal,
  type RunRow,
  type Unit,
} from '@sluice/store-postgres'
import { engine } from '../runs/engine-actor.ts'
import { noPolicy } from '../runs/read-policy-of.ts'
import { askToBegin, type AttemptOfJob, type ChildToBegin } from './ask-of-children.ts'
import { planChild, type ChildPlanners, type PlannedChild } from './plan-child.ts'

export interface ChildMakers extends ChildPlanners {
  journal: PostgresJournal
  clock: Clock
  ids: Ids
  /** Told of each try that failed and is made again. */
  failed: (task: string, error: unknown) => void
}

/** A fault of the machine is waited out for this long, then the child is refused with it. */
const patienceMs = 120_000
const tryAgainMs = 2000

/** Plans the child of an attempt and begins it, or tells its run why there is none. Once, however often it is asked. */
export async function beginChild(makers: ChildMakers, wanted: ChildToBegin): Promise<void> {
  const { db, clock, ids, failed } = makers
  const parent = await findRun(db, wanted.runId)
  const job = parent?.plan.jobs.find(({ name }) => name === wanted.job)
  if (parent === null || job === undefined || !isAwaited(parent.state, wanted)) return
  try {
    // Before the plan, which holds it. A child that is refused leaves a gap in the numbers.
    const number = await db.transaction().execute((unit) => nextRunNumber(unit, parent.project))
    const run = { id: ids.next(), number, createdAt: new Date(clock.now()).toISOString() }
    const planned = await planChild(makers, parent, job, run)
    await answer(makers, wanted, 'refused' in planned ? planned : newRunOf(parent, wanted, { ...run, ...planned }))
  } catch (error) {
    failed('begin-child', error)
    const nowMs = clock.now()
    if (nowMs - wanted.sinceMs < patienceMs) return askToBegin(db, wanted, wanted.sinceMs, nowMs + tryAgainMs)
    const message = error instanceof Error ? error.message : String(error)
    await answer(makers, wanted, { refused: message })
  }
}

/** Whether the attempt still waits for its child: a cancel, or another try of this task, may have come first. */
function isAwaited({ jobs }: RunState, { job: name, attempt }: AttemptOfJob): boolean {
  const job = Object.hasOwn(jobs, name) ? jobs[name] : undefined
  return job?.status === 'pending' && job.attempt === attempt && job.child?.status === 'none'
}

/** Keeps the child and begins it, or refuses it, and tells its run: all or nothing, under the lock of that run. */
async function answer(makers: ChildMakers, wanted: AttemptOfJob, child: NewRun | RefusedChild): Promise<void> {
  const { db, journal, clock } = makers
  const { runId, job, attempt } = wanted
  await db.transaction().execute(async (unit) => {
    await journal.lockIn(unit, runId)
    const parent = await findRun(unit, runId)
    if (parent === null || !isAwaited(parent.state, wanted)) return
    if ('refused' in child) {
      await appendEntry(unit, entryOf(makers, parent), 'child.refused', { job, attempt, reason: child.refused })
      const payload = { job, attempt, reason: child.refused }
      await journal.stepIn(unit, runId, { kind: 'child.refused', payload }, clock.now())
      return
    }
    await keepChild(makers, unit, parent, child, wanted)
    const begun = { kind: 'child.begun', payload: { job, attempt, runId: child.id } } as const
    await journal.stepIn(unit, runId, begun, clock.now())
    // Nobody else sees the child before the commit, so its lock is waited for by none.
    await journal.stepIn(unit, child.id, { kind: 'run.begun' }, clock.now())
  })
}

const entryOf = ({ ids, clock }: ChildMakers, { id, project }: Pick<RunRow, 'id' | 'project'>) => ({
  id: ids.next(),
  atMs: clock.now(),
  actor: engine,
  project,
  runId: id,
})

async function keepChild(
  makers: ChildMakers,
  unit: Unit,
  parent: RunRow,
  child: NewRun,
  { job, attempt }: AttemptOfJob,
): Promise<void> {
  const { ids, clock } = makers
  await makers.journal.createIn(unit, createRunState(child.id, child.plan, []))
  await insertRun(unit, child)
  const begun = { job, attempt, childRunId: child.id, number: child.number }
  await appendEntry(unit, entryOf(makers, parent), 'child.begun', begun)
  const context = { id: ids.next(), atMs: clock.now(), actor: engine, project: child.project, runId: child.id }
  const { number, ref, commit, beforeCommit, title, source, deliver, policyRef, policyCommit, policyDigest } = child
  await appendEntry(unit, context, 'run.created', {
    number,
    ref,
    commit,
    beforeCommit,
    title,
    source,
    deliver,
    planDigest: child.planDigest,
    policyRef,
    policyCommit,
    policyDigest,
    jobs: child.plan.jobs.map(({ name }) => name),
    parent: { runId: parent.id, number: parent.number, job, attempt },
  })
}

/**
 * A child is of its parent's change and judged by nothing: it has no gates, takes no reports of the policy, delivers
 * nothing, and brings no policy in force. The policy that it names is the one that its parent is judged by.
 */
function newRunOf(
  parent: RunRow,
  { job, attempt }: AttemptOfJob,
  { id, number, createdAt, plan, givenVariables }: PlannedChild & { id: string; number: number; createdAt: string },
): NewRun {
  return {
    id,
    project: parent.project,
    number,
    ref: parent.ref,
    commit: parent.commit,
    beforeCommit: parent.before_commit,
    title: parent.title,
    author: parent.author,
    source: plan.trigger.source,
    trigger: parent.trigger_actor,
    deliver: false,
    plan,
    planDigest: planDigest(plan),
    policy: noPolicy,
    policyRef: parent.policy_ref,
    policyCommit: parent.policy_commit,
    policyDigest: parent.policy_digest,
    proposedPolicy: null,
    protectedDefinitions: {},
    producersAccepted: false,
    delivery: startDelivery(id, []),
    parent: { runId: parent.id, job, attempt },
    givenVariables,
    createdAtMs: Date.parse(createdAt),
  }
}
