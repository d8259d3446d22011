/** What people do to a run: cancel it, start a job that waits for them, or accept its producers. */
import type { Actor } from '@sluice/contracts/events'
import { SluiceError, type Clock, type Ids } from '@sluice/kernel'
import {
  appendEntry,
  findRun,
  listVerdicts,
  type Database,
  type PostgresJournal,
  type RunRow,
  type Unit,
} from '@sluice/store-postgres'
import { followDelivery } from '../rollouts/follow-delivery.ts'

export interface Changers {
  db: Database
  journal: PostgresJournal
  clock: Clock
  ids: Ids
}

/** @throws SluiceError RUN_UNKNOWN */
export async function runOf(db: Database | Unit, runId: string): Promise<RunRow> {
  const run = await findRun(db, runId)
  if (run === null)
    throw new SluiceError('RUN_UNKNOWN', `Cannot find run "${runId}": there is none of that id`, { status: 404 })
  return run
}

/**
 * Cancels what has not ended: jobs, and the delivery once it has begun (a person may have started a job of a run that is
 * being delivered). A run that has ended wholly stays as it is.
 * @param reason for people, of each job that is canceled; one of those that `reasonSentence` knows
 */
export async function cancelRun(
  { db, journal, clock, ids }: Changers,
  runId: string,
  actor: Actor,
  reason = `canceled by ${actor.id}`,
): Promise<void> {
  await runOf(db, runId)
  await db.transaction().execute(async (unit) => {
    // Before the run is read: what ends meanwhile must not look as if it were running.
    await journal.lockIn(unit, runId)
    const run = await runOf(unit, runId)
    if (hasEnded(run)) return
    const context = { id: ids.next(), atMs: clock.now(), actor, project: run.project, runId }
    await appendEntry(unit, context, 'run.cancel-requested', { reason })
    if (run.status === 'running')
      await journal.stepIn(unit, runId, { kind: 'run.cancel-requested', payload: { reason } }, clock.now())
    if (run.status !== 'running' || isUnderWay(run.delivery.status))
      await followDelivery(unit, { clock, ids }, runId, { kind: 'cancel-requested' })
  })
}

const isUnderWay = (status: RunRow['delivery']['status']): boolean => status === 'releasing' || status === 'delivering'

const hasEnded = (run: RunRow): boolean =>
  run.status !== 'running' && (!run.deliver || ['delivered', 'stopped'].includes(run.delivery.status))

/**
 * Starts a job that waits for a person. Of two who start it at once, the second is refused.
 * @throws SluiceError RUN_UNKNOWN, JOB_UNKNOWN, RUN_JOB_NOT_MANUAL
 */
export async function playJob(
  { db, journal, clock, ids }: Changers,
  { runId, job }: { runId: string; job: string },
  actor: Actor,
): Promise<void> {
  await runOf(db, runId)
  await db.transaction().execute(async (unit) => {
    await journal.lockIn(unit, runId)
    const run = await runOf(unit, runId)
    checkWaits(run, job)
    const context = { id: ids.next(), atMs: clock.now(), actor, project: run.project, runId }
    await appendEntry(unit, context, 'job.played', { job })
    await journal.stepIn(unit, runId, { kind: 'job.played', payload: { job } }, clock.now())
  })
}

function checkWaits({ state, status, number }: RunRow, job: string): void {
  const found = Object.hasOwn(state.jobs, job) ? state.jobs[job] : undefined
  if (found === undefined)
    throw new SluiceError('JOB_UNKNOWN', `Cannot start job "${job}": run ${number} has no such job`, { status: 404 })
  if (status !== 'canceled' && found.status === 'manual') return
  const why = status === 'canceled' ? `run ${number} was canceled` : `it is ${found.status}`
  throw new SluiceError('RUN_JOB_NOT_MANUAL', `Cannot start job "${job}": ${why}; wanted one that waits for a person`, {
    status: 409,
  })
}

/**
 * A run whose gate is closed for nothing but producers that the change defines anew. It has ended, so who accepts them
 * begins another with the acceptance.
 * @throws SluiceError RUN_UNKNOWN, RUN_NOT_ACCEPTABLE
 */
export async function acceptableRun(db: Database, runId: string): Promise<RunRow> {
  const run = await runOf(db, runId)
  const newest = new Map((await listVerdicts(db, runId)).map((verdict) => [verdict.gate, verdict]))
  const notPassing = [...newest.values()].flatMap(({ clauses }) => clauses).filter(({ state }) => state !== 'pass')
  const other = notPassing.find(({ state }) => state !== 'untrusted')
  if (notPassing.length > 0 && other === undefined) return run
  const why = other ? `clause "${other.rule}" is ${other.state}` : 'no clause is untrusted'
  throw new SluiceError('RUN_NOT_ACCEPTABLE', `Cannot accept the producers of run ${run.number}: ${why}`, {
    status: 409,
  })
}
