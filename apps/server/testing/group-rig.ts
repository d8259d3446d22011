/** Runs with resource groups over a real database and its queue of tasks, without a server around them. */
import { randomUUID } from 'node:crypto'
import type { PlanJob } from '@sluice/contracts/plan'
import type { ResourceGroup } from '@sluice/engine'
import { planOf } from '@sluice/engine/testing'
import {
  findRun,
  listAttempts,
  listResourceGroups,
  openDatabase,
  PostgresJournal,
  prepareJobs,
  startJobs,
  type AttemptRow,
  type OpenDatabase,
  type RunRow,
} from '@sluice/store-postgres'
import { freshDatabase, makeProject, makeRun, type FreshDatabase } from '@sluice/store-postgres/testing'
import { grantRequest, grantResource } from '../src/resource-groups/grant-resource.ts'
import { followStepWith } from '../src/runs/follow-step.ts'

export class GroupRig {
  readonly open: OpenDatabase
  readonly journal: PostgresJournal
  readonly clock = { now: () => this.#nowMs }
  readonly ids = { next: () => randomUUID() }
  /** Tasks that failed. */
  readonly failed: string[] = []
  readonly #fresh: FreshDatabase
  #nowMs = 1_000_000_000
  #tasks: Awaited<ReturnType<typeof startJobs>> | null = null

  private constructor(fresh: FreshDatabase, open: OpenDatabase) {
    this.#fresh = fresh
    this.open = open
    this.journal = new PostgresJournal(open.db, followStepWith(this.clock, this.ids))
  }

  static async start(url: string): Promise<GroupRig> {
    const fresh = await freshDatabase(url)
    const open = await openDatabase(fresh.url)
    await prepareJobs(open.pool)
    return new GroupRig(fresh, open)
  }

  wait(ms: number): void {
    this.#nowMs += ms
  }

  /** Works on the queue from now on. */
  async work(): Promise<void> {
    const { db } = this.open
    const grant = (payload: unknown) =>
      grantResource({ db, journal: this.journal, clock: this.clock }, grantRequest.parse(payload))
    this.#tasks ??= await startJobs(this.open.pool, { 'grant-resource': grant }, (task, error) => {
      this.failed.push(`${task}: ${String(error)}`)
    })
  }

  /** Begins a run of these jobs. @returns its id */
  async begin(project: string, jobs: PlanJob[]): Promise<string> {
    await makeProject(this.open.db, project)
    const id = await makeRun(this.open.db, this.journal, project, [], planOf(jobs))
    await this.journal.step(id, { kind: 'run.begun' }, this.#nowMs)
    return id
  }

  /** An attempt ends as the runner told. */
  async end(runId: string, job: string, outcome: 'success' | 'failed' = 'success', attempt = 1): Promise<void> {
    const payload = { job, attempt, outcome, reason: null, exitCode: null }
    await this.journal.step(runId, { kind: 'job.finished', payload }, this.#nowMs)
  }

  async cancel(runId: string): Promise<void> {
    await this.journal.step(runId, { kind: 'run.cancel-requested', payload: { reason: 'x' } }, this.#nowMs)
  }

  async run(runId: string): Promise<RunRow> {
    const run = await findRun(this.open.db, runId)
    if (run === null) throw new Error(`no run ${runId}`)
    return run
  }

  async statusOf(runId: string, job: string): Promise<string | undefined> {
    return (await this.run(runId)).state.jobs[job]?.status
  }

  attempts(runId: string): Promise<AttemptRow[]> {
    return listAttempts(this.open.db, runId)
  }

  async group(project: string, name: string): Promise<ResourceGroup | undefined> {
    return (await listResourceGroups(this.open.db, project)).find((one) => one.name === name)?.group
  }

  async close(): Promise<void> {
    await this.#tasks?.stop()
    await this.open.close()
    await this.#fresh.drop()
  }
}
