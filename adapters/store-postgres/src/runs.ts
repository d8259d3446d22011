import type { Actor } from '@sluice/contracts/events'
import type { Plan } from '@sluice/contracts/plan'
import type { Policy } from '@sluice/contracts/policy'
import type { DeliveryState } from '@sluice/delivery'
import { sql, type Selectable } from 'kysely'
import { json, type Database, type Unit } from './database.ts'
import type { Schema } from './schema.ts'

/** A run with how it stands. */
export type RunRow = Selectable<Schema['run']> & Pick<Selectable<Schema['journal']>, 'state' | 'status' | 'finished_at'>

/** Whose child a run is: the job that began it, and in which attempt. */
export interface RunParent {
  runId: string
  job: string
  attempt: number
}

const headColumns = [
  'run.id',
  'run.project',
  'run.number',
  'run.ref',
  'run.commit',
  'run.title',
  'run.author',
  'run.source',
  'run.deliver',
  'run.delivery',
  'run.parent_run_id',
  'run.parent_job',
  'run.parent_attempt',
  'run.outdated_by',
  'run.created_at',
  'journal.status',
  'journal.finished_at',
] as const

/** What a list shows of a run: no plan, policy or state. */
export type RunHead = Pick<
  RunRow,
  | 'id'
  | 'project'
  | 'number'
  | 'ref'
  | 'commit'
  | 'title'
  | 'author'
  | 'source'
  | 'deliver'
  | 'delivery'
  | 'parent_run_id'
  | 'parent_job'
  | 'parent_attempt'
  | 'outdated_by'
  | 'created_at'
  | 'status'
  | 'finished_at'
>

export interface NewRun {
  id: string
  project: string
  number: number
  ref: string
  commit: string
  beforeCommit: string
  title: string
  author: string
  source: string
  trigger: Actor
  deliver: boolean
  plan: Plan
  planDigest: string
  policy: Policy
  policyRef: string
  policyCommit: string
  policyDigest: string
  /** The change's own policy where that is another one. */
  proposedPolicy: Policy | null
  protectedDefinitions: Record<string, string>
  /** The run's gates take reports of jobs that the change defines anew: a person has accepted that. */
  producersAccepted: boolean
  delivery: DeliveryState
  /** `null` for one that is no child. */
  parent: RunParent | null
  /** Names of the variables that it is started with. */
  givenVariables: string[]
  createdAtMs: number
}

/** Takes the next number of the project; gaps appear only where a transaction was rolled back. */
export async function nextRunNumber(unit: Unit, project: string): Promise<number> {
  const row = await unit
    .updateTable('project')
    .set({ last_run_number: sql`last_run_number + 1` })
    .where('slug', '=', project)
    .returning('last_run_number')
    .executeTakeFirstOrThrow()
  return row.last_run_number
}

export async function insertRun(unit: Unit, run: NewRun): Promise<void> {
  await unit
    .insertInto('run')
    .values({
      id: run.id,
      project: run.project,
      number: run.number,
      ref: run.ref,
      commit: run.commit,
      before_commit: run.beforeCommit,
      title: run.title,
      author: run.author,
      source: run.source,
      trigger_actor: json(run.trigger),
      deliver: run.deliver,
      plan: json(run.plan),
      plan_digest: run.planDigest,
      policy: json(run.policy),
      policy_ref: run.policyRef,
      policy_commit: run.policyCommit,
      policy_digest: run.policyDigest,
      proposed_policy: run.proposedPolicy === null ? null : json(run.proposedPolicy),
      protected_definitions: json(run.protectedDefinitions),
      producers_accepted: run.producersAccepted,
      delivery: json(run.delivery),
      parent_run_id: run.parent?.runId ?? null,
      parent_job: run.parent?.job ?? null,
      parent_attempt: run.parent?.attempt ?? null,
      given_variables: json(run.givenVariables),
      created_at: new Date(run.createdAtMs),
    })
    .execute()
}

export async function storeDelivery(unit: Unit, runId: string, delivery: DeliveryState): Promise<void> {
  await unit
    .updateTable('run')
    .set({ delivery: json(delivery) })
    .where('id', '=', runId)
    .execute()
}

const withState = (db: Database | Unit) =>
  db
    .selectFrom('run')
    .innerJoin('journal', (join) => join.on(sql<boolean>`journal.run_id = run.id::text`))
    .selectAll('run')
    .select(['journal.state', 'journal.status', 'journal.finished_at'])

/** Runs without what makes them large. */
export const headsOf = (db: Database | Unit) =>
  db
    .selectFrom('run')
    .innerJoin('journal', (join) => join.on(sql<boolean>`journal.run_id = run.id::text`))
    .select(headColumns)

export async function findRun(db: Database | Unit, runId: string): Promise<RunRow | null> {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(runId)) return null
  return (await withState(db).where('run.id', '=', runId).executeTakeFirst()) ?? null
}

/** The run with its row lock, so that its delivery takes one step after the other. */
export async function lockRun(unit: Unit, runId: string): Promise<RunRow | null> {
  await unit.selectFrom('run').select('id').where('id', '=', runId).forNoKeyUpdate().executeTakeFirst()
  return findRun(unit, runId)
}

/** Runs of a project that are no children, newest first. */
export async function listRuns(db: Database | Unit, project: string, limit = 50): Promise<RunHead[]> {
  return headsOf(db)
    .where('run.project', '=', project)
    .where('run.parent_run_id', 'is', null)
    .orderBy('run.number', 'desc')
    .limit(limit)
    .execute()
}

/** The newest run of a commit on a ref that is no child, if any. */
export async function findRunOf(
  db: Database | Unit,
  project: string,
  ref: string,
  commit: string,
): Promise<RunHead | null> {
  const query = headsOf(db)
    .where('run.project', '=', project)
    .where('run.ref', '=', ref)
    .where('run.commit', '=', commit)
    .where('run.parent_run_id', 'is', null)
  return (await query.orderBy('run.number', 'desc').executeTakeFirst()) ?? null
}

/**
 * Runs under way, no children, whose ref has a newer commit with this run, oldest first. One that delivers is left to a run that
 * delivers: else nothing would be delivered in its place.
 */
export async function listOutdatedRuns(
  db: Database | Unit,
  newer: Pick<RunRow, 'project' | 'ref' | 'number' | 'commit' | 'deliver'>,
): Promise<string[]> {
  const rows = await headsOf(db)
    .where('run.project', '=', newer.project)
    .where('run.ref', '=', newer.ref)
    .where('run.number', '<', newer.number)
    .where('run.commit', '<>', newer.commit)
    .where('run.parent_run_id', 'is', null)
    .where('run.deliver', 'in', newer.deliver ? [true, false] : [false])
    .where('journal.status', '=', 'running')
    .orderBy('run.number')
    .execute()
  return rows.map(({ id }) => id)
}

/** Notes for which newer run it was canceled. */
export async function keepOutdatedBy(unit: Unit, runId: string, number: number): Promise<void> {
  await unit.updateTable('run').set({ outdated_by: number }).where('id', '=', runId).execute()
}

/** The project of a run; `null` where there is no such run. */
export async function projectOfRun(db: Database | Unit, runId: string): Promise<string | null> {
  const row = await db.selectFrom('run').select('project').where('id', '=', runId).executeTakeFirst()
  return row?.project ?? null
}

/** Notes that the run was found good. It stays so, and since when, whatever a person starts or cancels afterwards. */
export async function keepAsGood(unit: Unit, runId: string, atMs: number): Promise<void> {
  await unit
    .updateTable('run')
    .set({ good_at: new Date(atMs) })
    .where('id', '=', runId)
    .where('good_at', 'is', null)
    .execute()
}

/** Numbers of the newest runs of a branch before this one that were found good, the newest first. */
export async function findGoodRuns(
  db: Database | Unit,
  run: { project: string; branch: string; before: number },
  most: number,
): Promise<number[]> {
  const rows = await headsOf(db)
    .where('run.project', '=', run.project)
    .where('run.ref', '=', run.branch)
    .where('run.number', '<', run.before)
    .where('run.good_at', 'is not', null)
    .orderBy('run.number', 'desc')
    .limit(most)
    .execute()
  return rows.map(({ number }) => number)
}

/** The newest commit of the protected branch whose run was found good; `null` before the first. */
export async function findPolicyCommit(db: Database | Unit, project: string, branch: string): Promise<string | null> {
  return (await newestGood(db, project, branch).select('run.commit').executeTakeFirst())?.commit ?? null
}

/** The policy of that commit. Where its run was judged by another one, it is the one that the run proposed. */
export async function findPolicyInForce(db: Database | Unit, project: string, branch: string): Promise<Policy | null> {
  const columns = ['run.policy', 'run.proposed_policy'] as const
  const run = await newestGood(db, project, branch).select(columns).executeTakeFirst()
  return run?.proposed_policy ?? run?.policy ?? null
}

const newestGood = (db: Database | Unit, project: string, branch: string) =>
  db
    .selectFrom('run')
    .where('run.project', '=', project)
    .where('run.ref', '=', branch)
    .where('run.good_at', 'is not', null)
    .orderBy('run.number', 'desc')
    .limit(1)
