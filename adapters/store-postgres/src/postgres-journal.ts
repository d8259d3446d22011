import { canonicalJson, SluiceError } from '@sluice/kernel'
import { decide, type Journal, type JournalStep, type RunEvent, type RunState } from '@sluice/engine'
import { sql } from 'kysely'
import { json, type Database, type Unit } from './database.ts'

/** Writes what follows from a step, in the step's own transaction; may take further steps through `again`. */
export type FollowStep = (
  unit: Unit,
  runId: string,
  step: JournalStep,
  again: (event: RunEvent) => Promise<JournalStep>,
) => Promise<void>

/**
 * Runs on PostgreSQL. One transaction a step: the run's row lock, the event, the state, and what `follow` writes;
 * nothing is told to anyone before it is committed.
 */
export class PostgresJournal implements Journal {
  readonly #db: Database
  readonly #follow: FollowStep
  readonly #listeners = new Set<(runId: string) => void>()

  constructor(db: Database, follow: FollowStep = async () => {}) {
    this.#db = db
    this.#follow = follow
  }

  async create(state: RunState): Promise<void> {
    await this.#db.transaction().execute((unit) => this.createIn(unit, state))
  }

  /** `create` inside the caller's transaction. */
  async createIn(unit: Unit, state: RunState): Promise<void> {
    const made = await unit
      .insertInto('journal')
      .values({ run_id: state.runId, state: json(state), status: state.status })
      .onConflict((conflict) => conflict.doNothing())
      .returning('run_id')
      .executeTakeFirst()
    if (!made) throw new SluiceError('ENGINE_RUN_EXISTS', `Cannot create run "${state.runId}": a run of that id exists`)
  }

  async load(runId: string): Promise<RunState> {
    const row = await this.#db.selectFrom('journal').select('state').where('run_id', '=', runId).executeTakeFirst()
    return row?.state ?? unknownRun(runId)
  }

  async step(runId: string, event: RunEvent, nowMs: number): Promise<JournalStep> {
    const step = await this.#db.transaction().execute((unit) => this.stepIn(unit, runId, event, nowMs))
    for (const listener of this.#listeners) listener(runId)
    return step
  }

  /**
   * Takes the run's row lock, as every step does first. Whoever changes a run's other rows before a step takes it too,
   * so that all take their locks in the same order.
   */
  async lockIn(unit: Unit, runId: string): Promise<void> {
    await unit.selectFrom('journal').select('run_id').where('run_id', '=', runId).forUpdate().executeTakeFirst()
  }

  /** `step` inside the caller's transaction; listeners of this process are not called. */
  async stepIn(unit: Unit, runId: string, event: RunEvent, nowMs: number): Promise<JournalStep> {
    const row = await unit
      .selectFrom('journal')
      .select('state')
      .where('run_id', '=', runId)
      .forUpdate()
      .executeTakeFirst()
    const before = row?.state ?? unknownRun(runId)
    const decision = decide(before, event, nowMs)
    const changed = decision.commands.length > 0 || canonicalJson(decision.state) !== canonicalJson(before)
    await keep(unit, runId, event, { before, after: decision.state }, nowMs)
    const step = { ...decision, changed }
    await this.#follow(unit, runId, step, (next) => this.stepIn(unit, runId, next, nowMs))
    return step
  }

  async history(runId: string): Promise<{ event: RunEvent; atMs: number }[]> {
    const rows = await this.#db
      .selectFrom('run_event')
      .select(['event', 'at_ms'])
      .where('run_id', '=', runId)
      .orderBy('position')
      .execute()
    return rows.map((row) => ({ event: row.event, atMs: Number(row.at_ms) }))
  }

  onChange(listener: (runId: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

async function keep(
  unit: Unit,
  runId: string,
  event: RunEvent,
  { before, after }: { before: RunState; after: RunState },
  nowMs: number,
): Promise<void> {
  await unit
    .insertInto('run_event')
    .columns(['run_id', 'position', 'at_ms', 'event'])
    .expression((eb) =>
      eb
        .selectFrom('run_event')
        .select([
          sql<string>`${runId}::text`.as('run_id'),
          sql<number>`coalesce(max(position), 0) + 1`.as('position'),
          sql<number>`${nowMs}::bigint`.as('at_ms'),
          sql<string>`${json(event)}::jsonb`.as('event'),
        ])
        .where('run_id', '=', runId),
    )
    .execute()
  const ends = before.status === 'running' && after.status !== 'running'
  const finished = ends ? { finished_at: new Date(nowMs) } : after.status === 'running' ? { finished_at: null } : {}
  await unit
    .updateTable('journal')
    .set({ state: json(after), status: after.status, ...finished })
    .where('run_id', '=', runId)
    .execute()
}

function unknownRun(runId: string): never {
  throw new SluiceError('ENGINE_RUN_UNKNOWN', `Cannot load run "${runId}": the journal holds no such run`, {
    status: 404,
  })
}
