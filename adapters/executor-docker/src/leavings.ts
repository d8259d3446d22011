import type { Workspace } from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'
import type { DockerEngine } from './docker-engine.ts'

/** What one job has made: all of it is taken away, also where part of that fails. */
export class Leavings {
  readonly #engine: DockerEngine
  readonly #containers: string[] = []
  readonly #volumes: string[] = []
  #network: string | null = null
  #workspace: Pick<Workspace, 'remove'> | null = null

  constructor(engine: DockerEngine) {
    this.#engine = engine
  }

  addContainer(id: string): void {
    this.#containers.push(id)
  }

  addVolume(name: string): void {
    this.#volumes.push(name)
  }

  addNetwork(id: string): void {
    this.#network = id
  }

  addWorkspace(workspace: Pick<Workspace, 'remove'>): void {
    this.#workspace = workspace
  }

  /** The first fault is thrown when all was tried. */
  async remove(): Promise<void> {
    const faults: unknown[] = []
    const tries = async (all: Promise<unknown>[]): Promise<void> => {
      for (const one of await Promise.allSettled(all)) if (one.status === 'rejected') faults.push(one.reason)
    }
    await tries(this.#containers.map(async (id) => removeContainer(this.#engine, id)))
    await tries(this.#volumes.map(async (name) => removeVolume(this.#engine, name)))
    await tries(this.#network === null ? [] : [removeNetwork(this.#engine, this.#network)])
    await tries(this.#workspace === null ? [] : [this.#workspace.remove()])
    if (faults.length > 0) throw faults[0]
  }
}

/** With its processes, its anonymous volumes and its log. */
export async function removeContainer(engine: DockerEngine, id: string): Promise<void> {
  await remove(engine, 'a container', `/containers/${id}`, { force: 1, v: 1 })
}

export async function removeVolume(engine: DockerEngine, name: string): Promise<void> {
  await remove(engine, 'a volume', `/volumes/${name}`, {})
}

export async function removeNetwork(engine: DockerEngine, id: string): Promise<void> {
  await remove(engine, 'a network', `/networks/${id}`, {})
}

/** What is gone already, or just going, is no fault. */
async function remove(engine: DockerEngine, what: string, path: string, query: object): Promise<void> {
  try {
    await engine.call({ action: `remove ${what}`, method: 'DELETE', path, query })
  } catch (cause) {
    const isGoing = cause instanceof SluiceError && (cause.status === 404 || /already in progress/.test(cause.message))
    if (!isGoing) throw cause
  }
}
