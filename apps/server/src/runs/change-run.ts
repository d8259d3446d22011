/** What people do to a run under way: cancel it, or accept its producers. */
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

interface Changers {
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

/** Cancels what has not ended: jobs, or the delivery. A run that has ended wholly stays as it is. */
export async function cancelRun({ db, journal, clock, ids }: Changers, runId: string, actor: Actor): Promise<void> {
  await db.transaction().execute(async (unit) => {
    const run = await runOf(unit, runId)
    const reason = `canceled by ${actor.id}`
    const context = { id: ids.next(), atMs: clock.now(), actor, project: run.project, runId }
    await appendEntry(unit, context, 'run.cancel-requested', { reason })
    if (run.status === 'running')
      await journal.stepIn(unit, runId, { kind: 'run.cancel-requested', payload: { reason } }, clock.now())
    else await followDelivery(unit, { clock, ids }, runId, { kind: 'cancel-requested' })
  })
}

/**
 * Takes the change's own definition of its reporting jobs for the protected one, for this run. A run that a gate has
 * closed has ended, so the caller begins a new one with the acceptance.
 * @throws SluiceError RUN_UNKNOWN, RUN_NOT_ACCEPTABLE
 */
export async function checkAcceptable(db: Database, runId: string): Promise<RunRow> {
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
