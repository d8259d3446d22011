/** Keeps what was promoted serving: after a start of the server, and when an instance ends by itself. */
import { setTimeout as delay } from 'node:timers/promises'
import {
  findEnvironment,
  findEnvironmentServedBy,
  listDeployments,
  listEnvironments,
  listProjects,
  type EnvironmentRow,
} from '@sluice/store-postgres'
import { keepServing, type Keepers } from './keep-serving.ts'
import type { RolloutDriver } from './rollout-driver.ts'

const firstWaitMs = 250
const longestWaitMs = 30_000

type Log = (message: string, details: object) => void

/**
 * An environment that no open deployment looks after gets a new instance where its own is gone, with longer and longer
 * waits while that fails; one attempt at a time for each environment.
 */
export class EnvironmentKeeper {
  readonly #parts: Keepers
  readonly #driver: RolloutDriver
  readonly #log: Log
  readonly #stop = new AbortController()
  /** By environment; what is under way. */
  readonly #keeping = new Map<string, Promise<void>>()
  readonly #unsubscribe: () => void

  constructor(parts: Keepers, driver: RolloutDriver, log: Log) {
    this.#parts = parts
    this.#driver = driver
    this.#log = log
    this.#unsubscribe = parts.target.onExit(({ instanceId, reason }) => {
      this.#heard(instanceId, reason).catch((error: unknown) =>
        log('the end of an instance was not dealt with', { instanceId, error: String(error) }),
      )
    })
  }

  /** Adopts or starts the promoted release of every environment. Resolves after the first try of each. */
  async keepAll(): Promise<void> {
    const projects = await listProjects(this.#parts.db)
    const environments = await Promise.all(projects.map(({ slug }) => listEnvironments(this.#parts.db, slug)))
    const serving = environments.flat().filter(({ release_id }) => release_id !== null)
    await Promise.all(
      serving.map(async (environment) => {
        if (!(await this.#try(environment))) this.#keep(environment)
      }),
    )
  }

  /** Ends the tries; what serves serves on. */
  async close(): Promise<void> {
    this.#unsubscribe()
    this.#stop.abort()
    await Promise.allSettled(this.#keeping.values())
  }

  async #heard(instanceId: string, reason: string): Promise<void> {
    this.#log('an instance ended', { instanceId, reason })
    if (await this.#driver.instanceExited(instanceId, reason)) return
    const environment = await findEnvironmentServedBy(this.#parts.db, instanceId)
    if (environment !== null) this.#keep(environment)
  }

  #keep(environment: EnvironmentRow): void {
    const key = `${environment.project}/${environment.name}`
    if (this.#keeping.has(key)) return
    this.#keeping.set(
      key,
      this.#until(environment).finally(() => this.#keeping.delete(key)),
    )
  }

  async #until(environment: EnvironmentRow): Promise<void> {
    const { signal } = this.#stop
    for (let waitMs = firstWaitMs; !signal.aborted; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
      await delay(waitMs, undefined, { signal }).catch(() => undefined)
      if (signal.aborted || (await this.#try(environment))) return
    }
  }

  /** @returns whether nothing is left to do */
  async #try({ project, name }: EnvironmentRow): Promise<boolean> {
    const { db } = this.#parts
    try {
      const open = await listDeployments(db, { project, open: true })
      if (open.some(({ environment }) => environment === name)) return true
      const environment = await findEnvironment(db, project, name)
      return environment === null || (await keepServing(this.#parts, environment))
    } catch (error) {
      this.#log('an environment could not be kept', { project, environment: name, error: String(error) })
      return false
    }
  }
}
