import type { DeploymentOutcome, Judgement } from '@sluice/contracts/events'
import type { ReleaseFile } from '@sluice/delivery'
import type { RolloutState, Sentence } from '@sluice/rollout'
import { sql, type Selectable } from 'kysely'
import { json, type Database, type Unit } from './database.ts'
import type { Schema } from './schema.ts'

export type ReleaseRow = Selectable<Schema['release']>
/** A release without the list of its files. */
export type ReleaseHead = Omit<ReleaseRow, 'files'> & { file_count: number }
export type DeploymentRow = Selectable<Schema['deployment']>

export interface NewRelease {
  id: string
  project: string
  runId: string
  version: string
  digest: string
  commit: string
  files: ReleaseFile[]
  createdAtMs: number
}

export async function insertRelease(unit: Unit, release: NewRelease): Promise<void> {
  await unit
    .insertInto('release')
    .values({
      id: release.id,
      project: release.project,
      run_id: release.runId,
      version: release.version,
      digest: release.digest,
      commit: release.commit,
      files: json(release.files),
      size_bytes: release.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      created_at: new Date(release.createdAtMs),
    })
    .execute()
}

export async function findRelease(db: Database | Unit, id: string): Promise<ReleaseRow | null> {
  return (await db.selectFrom('release').selectAll().where('id', '=', id).executeTakeFirst()) ?? null
}

export async function findReleaseOfRun(db: Database | Unit, runId: string): Promise<ReleaseRow | null> {
  return (await db.selectFrom('release').selectAll().where('run_id', '=', runId).executeTakeFirst()) ?? null
}

export async function findReleaseByDigest(db: Database | Unit, digest: string): Promise<ReleaseRow | null> {
  return (await db.selectFrom('release').selectAll().where('digest', '=', digest).limit(1).executeTakeFirst()) ?? null
}

/** Releases of a project, newest first. */
export async function listReleases(db: Database | Unit, project: string, limit = 50): Promise<ReleaseHead[]> {
  return releaseHeads(db).where('project', '=', project).orderBy('created_at', 'desc').limit(limit).execute()
}

/** These releases, in any order. */
export async function findReleases(db: Database | Unit, ids: string[]): Promise<ReleaseHead[]> {
  return ids.length === 0 ? [] : releaseHeads(db).where('id', 'in', ids).execute()
}

const releaseHeads = (db: Database | Unit) =>
  db
    .selectFrom('release')
    .select(['id', 'project', 'run_id', 'version', 'digest', 'commit', 'size_bytes', 'created_at'])
    .select(sql<number>`jsonb_array_length(files)`.as('file_count'))

export interface NewDeployment {
  id: string
  project: string
  environment: string
  runId: string
  releaseId: string
  previousReleaseId: string | null
  strategy: 'recreate' | 'canary'
  state: RolloutState
  sentence: Sentence
  startedAtMs: number
}

/**
 * Begins a deployment. The database lets one be open per environment, and one be made per run and environment.
 * @returns false where either stands against it
 */
export async function insertDeployment(unit: Unit, deployment: NewDeployment): Promise<boolean> {
  const made = await unit
    .insertInto('deployment')
    .values({
      id: deployment.id,
      project: deployment.project,
      environment: deployment.environment,
      run_id: deployment.runId,
      release_id: deployment.releaseId,
      previous_release_id: deployment.previousReleaseId,
      strategy: deployment.strategy,
      state: json(deployment.state),
      sentence: json(deployment.sentence),
      started_at: new Date(deployment.startedAtMs),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return made !== undefined
}

/** The deployment under its row lock. */
export async function lockDeployment(unit: Unit, id: string): Promise<DeploymentRow | null> {
  return (await unit.selectFrom('deployment').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()) ?? null
}

export async function findDeployment(db: Database | Unit, id: string): Promise<DeploymentRow | null> {
  return (await db.selectFrom('deployment').selectAll().where('id', '=', id).executeTakeFirst()) ?? null
}

export async function findDeploymentOf(
  db: Database | Unit,
  runId: string,
  environment: string,
): Promise<DeploymentRow | null> {
  return (
    (await db
      .selectFrom('deployment')
      .selectAll()
      .where('run_id', '=', runId)
      .where('environment', '=', environment)
      .executeTakeFirst()) ?? null
  )
}

/** Deployments of a run or those under way, oldest first. */
export async function listDeployments(
  db: Database | Unit,
  filter: { runId?: string; project?: string; open?: boolean },
): Promise<DeploymentRow[]> {
  let query = db.selectFrom('deployment').selectAll().orderBy('started_at').orderBy('id')
  if (filter.runId !== undefined) query = query.where('run_id', '=', filter.runId)
  if (filter.project !== undefined) query = query.where('project', '=', filter.project)
  if (filter.open === true) query = query.where('finished_at', 'is', null)
  return query.execute()
}

/** Whether a deployment is under way in the environment. */
export async function isDeploying(db: Database | Unit, project: string, environment: string): Promise<boolean> {
  const open = await db
    .selectFrom('deployment')
    .select('id')
    .where('project', '=', project)
    .where('environment', '=', environment)
    .where('finished_at', 'is', null)
    .executeTakeFirst()
  return open !== undefined
}

export async function storeRollout(
  unit: Unit,
  id: string,
  rollout: {
    state: RolloutState
    current: Judgement | null
    sentence: Sentence
    outcome: DeploymentOutcome | null
    nowMs: number
  },
): Promise<void> {
  await unit
    .updateTable('deployment')
    .set({
      state: json(rollout.state),
      current: rollout.current === null ? sql`null` : json(rollout.current),
      sentence: json(rollout.sentence),
      outcome: rollout.outcome,
      finished_at: rollout.outcome === null ? null : new Date(rollout.nowMs),
    })
    .where('id', '=', id)
    .execute()
}
