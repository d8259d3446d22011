import { sql } from 'kysely'
import type pg from 'pg'
import { Logger, makeWorkerUtils, run, runMigrations, type Runner, type TaskList } from 'graphile-worker'
import type { Database, Unit } from './database.ts'

/**
 * Work off the hot path, by graphile-worker on the same database: asked for in the transaction that needs it, done at
 * least once. `key` folds repeats: asking again under a key moves the one job to the new time.
 */
export async function askFor(
  db: Database | Unit,
  task: string,
  payload: object,
  options: { key?: string; atMs?: number } = {},
): Promise<void> {
  await sql`select graphile_worker.add_job(
    ${task}::text, payload := ${JSON.stringify(payload)}::json, queue_name := null, max_attempts := 1000,
    run_at := ${options.atMs === undefined ? null : new Date(options.atMs)}::timestamptz, job_key := ${options.key ?? null}::text)`.execute(
    db,
  )
}

/** Makes the queue's own tables. */
export async function prepareJobs(pool: pg.Pool): Promise<void> {
  await runMigrations({ pgPool: pool })
}

/**
 * Starts workers. What a dead server had in its hands is freed first, so this one must be alone on its database.
 * @param onFailure called with each failed try; the job is tried again later
 */
export async function startJobs(
  pool: pg.Pool,
  tasks: TaskList,
  onFailure: (task: string, error: unknown) => void,
): Promise<Runner> {
  await freeLocked(pool)
  const runner = await run({
    pgPool: pool,
    taskList: tasks,
    concurrency: 8,
    pollInterval: 500,
    noHandleSignals: true,
    logger: silent,
  })
  runner.events.on('job:error', ({ job, error }) => onFailure(job.task_identifier, error))
  return runner
}

/** graphile-worker writes to the console by default; failures are handed to `onFailure` instead. */
const silent = new Logger(() => () => {})

async function freeLocked(pool: pg.Pool): Promise<void> {
  const locked = await pool.query<{ locked_by: string }>(
    `select distinct locked_by from graphile_worker.jobs where locked_by is not null`,
  )
  const utils = await makeWorkerUtils({ pgPool: pool, logger: silent })
  await utils.forceUnlockWorkers(locked.rows.map((row) => row.locked_by))
  await utils.release()
}
