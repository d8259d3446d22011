/** Keeps what was promoted serving: after a start of the server, after a rollout, and while nothing else happens. */
import { setTimeout as delay } from 'node:timers/promises'
import {
  findEnvironment,
  findEnvironmentServedBy,
  isDeploying,
  listEnvironments,
  listProjects,
  type EnvironmentRow,
} from '@sluice/store-postgres'
import { keepServing, type Keepers } from './keep-serving.ts'
import type { RolloutDriver } from './rollout-driver.ts'

const firstWaitMs = 250
const longestWaitMs = 30_000

type Log = (message: string, details: object) => void
type Place = Pick<EnvironmentRow, 'project' | 'name'>

/** One environment that is being looked after. */
interface Keeping {
  done: Promise<void>
  /** Asked for again meanwhile: a try that began before may have missed why. */
  isAsked: boolean
  /** Ends the wait before the next try. */
  wake: AbortController
}

const keyOf = ({ project, name }: Place): string => `${project}/${name}`

/**
 * An environment gets a new instance where its own is gone or stays unhealthy, with longer and longer waits while that
 * fails; one attempt at a time for each environment. While a deployment is under way there it waits for its end.
 */
export class EnvironmentKeeper {
  readonly #parts: Keepers
  readonly #driver: RolloutDriver
  readonly #log: Log
  readonly #stop = new AbortController()
  /** By environment; what is under way. */
  readonly #keeping = new Map<string, Keeping>()
  readonly #unsubscribe: () => void
  readonly #lookEveryMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(parts: Keepers, driver: RolloutDriver, log: Log, { lookEveryMs = 10_000 } = {}) {
    this.#lookEveryMs = lookEveryMs
    this.#parts = parts
    this.#driver = driver
    this.#log = log
    this.#unsubscribe = parts.target.onExit(({ instanceId, reason }) => {
      this.#heard(instanceId, reason).catch((error: unknown) =>
        log('the end of an instance was not dealt with', { instanceId, error: String(error) }),
      )
    })
    driver.onFinished(({ project, environment }) => this.look({ project, name: environment }))
  }

  /** Adopts or starts the promoted release of every environment, and looks again and again. Resolves after the first try of each. */
  async keepAll(): Promise<void> {
    this.#timer = setInterval(() => {
      this.#lookAtAll().catch((error: unknown) =>
        this.#log('the environments could not be looked at', { error: String(error) }),
      )
    }, this.#lookEveryMs)
    await Promise.all(
      (await this.#serving()).map(async (environment) => {
        if (!(await this.#try(environment, false))) this.#keep(environment)
      }),
    )
  }

  /** Sees at once whether what serves there is well: a rollout has ended, perhaps with an instance that died. */
  look(environment: Place): void {
    this.#keep(environment).wake.abort()
  }

  /** Ends the tries; what serves serves on. */
  async close(): Promise<void> {
    this.#unsubscribe()
    clearInterval(this.#timer)
    this.#stop.abort()
    await Promise.allSettled([...this.#keeping.values()].map(({ done }) => done))
  }

  async #serving(): Promise<EnvironmentRow[]> {
    const projects = await listProjects(this.#parts.db)
    const environments = await Promise.all(projects.map(({ slug }) => listEnvironments(this.#parts.db, slug)))
    return environments.flat().filter(({ release_id }) => release_id !== null)
  }

  async #lookAtAll(): Promise<void> {
    for (const environment of await this.#serving()) this.#keep(environment)
  }

  async #heard(instanceId: string, reason: string): Promise<void> {
    this.#log('an instance ended', { instanceId, reason })
    if (await this.#driver.instanceExited(instanceId, reason)) return
    const environment = await findEnvironmentServedBy(this.#parts.db, instanceId)
    if (environment !== null) this.#keep(environment)
  }

  #keep(environment: Place): Keeping {
    const key = keyOf(environment)
    const known = this.#keeping.get(key)
    if (known !== undefined) return Object.assign(known, { isAsked: true })
    const keeping: Keeping = { done: Promise.resolve(), isAsked: true, wake: new AbortController() }
    this.#keeping.set(key, keeping)
    keeping.done = this.#until(environment, keeping)
    return keeping
  }

  async #until(environment: Place, keeping: Keeping): Promise<void> {
    let waitMs = firstWaitMs
    for (let tries = 0; !this.#stop.signal.aborted; tries++) {
      const signal = AbortSignal.any([this.#stop.signal, keeping.wake.signal])
      await delay(waitMs, undefined, { signal }).catch(() => undefined)
      waitMs = keeping.wake.signal.aborted ? firstWaitMs : Math.min(longestWaitMs, waitMs * 2)
      Object.assign(keeping, { isAsked: false, wake: new AbortController() })
      if (!this.#stop.signal.aborted && (await this.#try(environment, tries > 0)) && !keeping.isAsked) break
    }
    this.#keeping.delete(keyOf(environment))
  }

  /** @returns whether nothing is left to do */
  async #try({ project, name }: Place, replaceUnhealthy: boolean): Promise<boolean> {
    const { db } = this.#parts
    try {
      if (await isDeploying(db, project, name)) return false
      const environment = await findEnvironment(db, project, name)
      const { signal } = this.#stop
      return environment === null || (await keepServing(this.#parts, environment, { replaceUnhealthy, signal }))
    } catch (error) {
      this.#log('an environment could not be kept', { project, environment: name, error: String(error) })
      return false
    }
  }
}
