/** Runs and their children: the tree that one push may grow into. */
import { sql } from 'kysely'
import type { Database, Unit } from './database.ts'
import { findRun, headsOf, type RunHead, type RunParent, type RunRow } from './runs.ts'

/** Whose child a run is; `null` where it is none. */
export async function findParent(db: Database | Unit, runId: string): Promise<RunParent | null> {
  const row = await db
    .selectFrom('run')
    .select(['parent_run_id', 'parent_job', 'parent_attempt'])
    .where('id', '=', runId)
    .executeTakeFirst()
  return row === undefined ? null : parentOf(row)
}

/** Whose child it is. */
export function parentOf(run: Pick<RunRow, 'parent_run_id' | 'parent_job' | 'parent_attempt'>): RunParent | null {
  const { parent_run_id: runId, parent_job: job, parent_attempt: attempt } = run
  return runId === null || job === null || attempt === null ? null : { runId, job, attempt }
}

/** The run with those above it, the first of the tree first and itself last. */
export async function listLineage(db: Database | Unit, run: RunRow): Promise<[RunRow, ...RunRow[]]> {
  const lineage: [RunRow, ...RunRow[]] = [run]
  for (let parent = parentOf(run); parent !== null; parent = parentOf(lineage[0])) {
    const above = await findRun(db, parent.runId)
    if (above === null) break
    lineage.unshift(above)
  }
  return lineage
}

/** The child that an attempt has begun, if it has. */
export async function findChild(db: Database | Unit, parent: RunParent): Promise<RunHead | null> {
  const child = await headsOf(db)
    .where('run.parent_run_id', '=', parent.runId)
    .where('run.parent_job', '=', parent.job)
    .where('run.parent_attempt', '=', parent.attempt)
    .executeTakeFirst()
  return child ?? null
}

/** The children of a run, oldest first. */
export async function listChildren(db: Database | Unit, runId: string): Promise<RunHead[]> {
  return headsOf(db).where('run.parent_run_id', '=', runId).orderBy('run.number').execute()
}

/** Numbers of runs, by their id. */
export async function runNumbers(db: Database | Unit, runIds: string[]): Promise<Map<string, number>> {
  if (runIds.length === 0) return new Map()
  const rows = await db.selectFrom('run').select(['id', 'number']).where('id', 'in', runIds).execute()
  return new Map(rows.map(({ id, number }) => [id, number]))
}

/** Every run of the tree below this one, itself included. */
export async function listTree(db: Database | Unit, rootId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive tree as (
      select id from run where id = ${rootId}
      union all
      select run.id from run join tree on run.parent_run_id = tree.id
    )
    select id from tree`.execute(db)
  return rows.map(({ id }) => id)
}
