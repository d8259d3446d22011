/** Deliveries and rollouts over a real database, on a machine and a router in memory, with a clock that tests move. */
import { randomUUID } from 'node:crypto'
import type { EnvironmentPolicy } from '@sluice/contracts/policy'
import type { RouterSite, RouterSiteStatus } from '@sluice/contracts/router'
import { memoryBlobStore } from '@sluice/execution/testing'
import { startDelivery, type DeliveryEvent, type DeliveryState } from '@sluice/delivery'
import type { StartRequest } from '@sluice/rollout'
import { FakePlace, FakeTarget, FakeTrafficRouter } from '@sluice/rollout/testing'
import {
  findDeploymentOf,
  findEnvironment,
  findRun,
  keepAsGood,
  openDatabase,
  PostgresJournal,
  prepareJobs,
  readLog,
  storeDelivery,
  type DeploymentRow,
  type EnvironmentRow,
  type OpenDatabase,
} from '@sluice/store-postgres'
import {
  freshDatabase,
  makeEnvironment,
  makeProject,
  makeRelease,
  makeRun,
  type FreshDatabase,
} from '@sluice/store-postgres/testing'
import { EnvironmentKeeper } from '../src/rollouts/environment-keeper.ts'
import { followDelivery } from '../src/rollouts/follow-delivery.ts'
import type { Keepers } from '../src/rollouts/keep-serving.ts'
import { RolloutDriver } from '../src/rollouts/rollout-driver.ts'
import { tasksWith } from '../src/tasks.ts'

/** Tests put into its hooks what happens at that very moment. */
class HookedTarget extends FakeTarget {
  readonly started: StartRequest[] = []
  beforeStart: (request: StartRequest) => Promise<void> = async () => {}
  beforeStop: (instanceId: string) => Promise<void> = async () => {}

  override async start(request: StartRequest) {
    await this.beforeStart(request)
    this.started.push(request)
    return super.start(request)
  }

  override async stop(instanceId: string): Promise<void> {
    await this.beforeStop(instanceId)
    return super.stop(instanceId)
  }
}

class HookedRouter extends FakeTrafficRouter {
  beforeStatus: () => Promise<void> = async () => {}
  beforeApply: (site: RouterSite) => Promise<void> = async () => {}

  override async status(): Promise<RouterSiteStatus[]> {
    await this.beforeStatus()
    return super.status()
  }

  override async apply(site: RouterSite): Promise<RouterSiteStatus> {
    await this.beforeApply(site)
    return super.apply(site)
  }
}

const quiet = { beforeStart: async () => {}, beforeStop: async () => {} }

export class RolloutRig {
  readonly place = new FakePlace()
  readonly target = new HookedTarget(this.place)
  readonly router = new HookedRouter()
  readonly logged: string[] = []
  readonly parts: Keepers
  readonly driver: RolloutDriver
  readonly #fresh: FreshDatabase
  readonly #open: OpenDatabase
  readonly #journal: PostgresJournal
  #keeper: EnvironmentKeeper
  #nowMs = 1_000_000

  private constructor(fresh: FreshDatabase, open: OpenDatabase) {
    this.#fresh = fresh
    this.#open = open
    this.#journal = new PostgresJournal(open.db)
    const clock = { now: () => this.#nowMs }
    const ids = { next: () => randomUUID() }
    const { target, router } = this
    this.parts = { db: open.db, target, router, clock, ids, databaseUrl: fresh.url }
    const repositoryOf = async () => ({ commitsBetween: async () => [] }) as never
    this.driver = new RolloutDriver({ ...this.parts, metrics: router, repositoryOf })
    this.#keeper = this.#newKeeper()
  }

  static async open(url: string): Promise<RolloutRig> {
    const fresh = await freshDatabase(url)
    const open = await openDatabase(fresh.url)
    await prepareJobs(open.pool)
    return new RolloutRig(fresh, open)
  }

  #newKeeper(): EnvironmentKeeper {
    return new EnvironmentKeeper(this.parts, this.driver, (message) => void this.logged.push(message))
  }

  /** As a restart of the server does. */
  async restartKeeper(): Promise<void> {
    await this.#keeper.close()
    this.#keeper = this.#newKeeper()
    await this.#keeper.keepAll()
  }

  get keeper(): EnvironmentKeeper {
    return this.#keeper
  }

  wait(ms: number): void {
    this.#nowMs += ms
  }

  /** Ends the hooks of the last test. */
  calm(): void {
    Object.assign(this.target, quiet)
    Object.assign(this.router, { beforeStatus: async () => {}, beforeApply: async () => {} })
    this.target.started.length = 0
  }

  /** A run whose release is on its way to the environment of this policy. @returns the run's id */
  async newDelivery(project: string, policy: EnvironmentPolicy): Promise<string> {
    const { db } = this.parts
    await makeProject(db, project)
    await db.transaction().execute((unit) => makeEnvironment(unit, { project, name: policy.name }))
    const runId = await makeRun(db, this.#journal, project, [policy])
    const releaseId = await makeRelease(db, runId, project)
    const delivery: DeliveryState = { ...startDelivery(runId, [policy.name]), status: 'delivering', releaseId }
    await this.store(runId, delivery)
    return runId
  }

  /** A policy of these environments comes in force. */
  async bringInForce(project: string, environments: EnvironmentPolicy[]): Promise<void> {
    const runId = await makeRun(this.parts.db, this.#journal, project, environments)
    await this.parts.db.transaction().execute((unit) => keepAsGood(unit, runId, this.#nowMs))
  }

  async store(runId: string, delivery: DeliveryState): Promise<void> {
    await this.parts.db.transaction().execute((unit) => storeDelivery(unit, runId, delivery))
  }

  /** Does a task of the queue once, as the queue would. */
  async task(name: 'begin-deployment' | 'cancel-deployment', runId: string): Promise<void> {
    const failed = (_: string, error: unknown): void => void this.logged.push(String(error))
    const none = () => {
      throw new Error('no deployment asks for this')
    }
    const children = { blobs: memoryBlobStore(), repositoryOf: none, serverUrl: none }
    const tasks = tasksWith({ ...this.parts, ...children, journal: this.#journal, driver: this.driver, failed })
    const { environments, releaseId } = await this.delivery(runId)
    await tasks[name]?.({ runId, environment: environments[0], releaseId })
  }

  /** Begins the deployment and drives it to its end. */
  async deploy(runId: string): Promise<DeploymentRow> {
    await this.task('begin-deployment', runId)
    await this.driver.drive((await this.deployment(runId))?.id ?? '')
    const deployment = await this.deployment(runId)
    if (deployment === null) throw new Error('no deployment was begun')
    return deployment
  }

  async tell(runId: string, event: Exclude<DeliveryEvent, { kind: 'run.finished' }>): Promise<void> {
    await this.parts.db.transaction().execute((unit) => followDelivery(unit, this.parts, runId, event))
  }

  async delivery(runId: string): Promise<DeliveryState> {
    const run = await findRun(this.parts.db, runId)
    if (run === null) throw new Error(`no run ${runId}`)
    return run.delivery
  }

  deployment(runId: string): Promise<DeploymentRow | null> {
    return findDeploymentOf(this.parts.db, runId, 'production')
  }

  async environment(project: string): Promise<EnvironmentRow> {
    const environment = await findEnvironment(this.parts.db, project, 'production')
    if (environment === null) throw new Error(`no production of ${project}`)
    return environment
  }

  /** Id of the instance that serves all of the project's production, if it is alive. */
  async serves(project: string): Promise<string | null> {
    const { site } = await this.environment(project)
    const [only, ...others] = (await this.router.status()).find(({ name }) => name === site)?.backends ?? []
    return only?.weight === 100 && others.length === 0 && this.place.alive.has(only.id) ? only.id : null
  }

  async logOf(project: string): Promise<string[]> {
    return (await readLog(this.parts.db, { project })).map(({ kind }) => kind)
  }

  /** Which parts of Sluice told that the project's production was healthy, in order. */
  async healthyBy(project: string): Promise<string[]> {
    const entries = await readLog(this.parts.db, { project })
    return entries.filter(({ kind }) => kind === 'environment.healthy').map(({ actor }) => actor.id)
  }

  async close(): Promise<void> {
    await this.driver.stop()
    await this.#keeper.close()
    await this.#open.close()
    await this.#fresh.drop()
  }
}
