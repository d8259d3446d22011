import { lchownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Executor } from '@sluice/execution'
import type { ExecutorUnderTest } from '@sluice/execution/testing'
import { DockerEngine, openDockerExecutor } from '@sluice/executor-docker'
import { processExecutor } from '@sluice/executor-process'
import { detectIsolation } from '@sluice/isolation-namespaces'

/** The docker executor in a folder of its own, by an owner's name. */
export async function openBench(socket: string) {
  const base = mkdtempSync(join(tmpdir(), 'sluice-docker-'))
  const isolation = await detectIsolation()
  const owner = isolation.owner('job')
  const name = base.replaceAll(/[^A-Za-z0-9]/g, '-')
  const engine = new DockerEngine(socket)
  const give = (place: string): void => {
    if (owner !== null) lchownSync(place, owner.uid, owner.gid)
  }
  const open = async (more: { defaultImage?: string; serviceLimitMs?: number } = {}): Promise<Executor> => {
    const host = processExecutor({ folder: join(base, 'jobs'), isolation })
    return openDockerExecutor({ engine, host, owner: name, clock: { now: () => Date.now() }, ...more })
  }
  const files: Omit<ExecutorUnderTest, 'executor' | 'image'> = {
    makeTree: async (content) => {
      const tree = mkdtempSync(join(base, 'tree-'))
      give(tree)
      for (const [path, text] of Object.entries(content)) {
        const place = join(tree, path)
        const made = mkdirSync(dirname(place), { recursive: true })
        if (made !== undefined) give(made)
        writeFileSync(place, text)
        give(place)
      }
      return tree
    },
    freePlace: () => join(mkdtempSync(join(base, 'place-')), 'tree'),
    decode: (bytes) => Buffer.from(bytes).toString('utf8'),
    read: async (path) => {
      try {
        return readFileSync(path, 'utf8')
      } catch {
        return null
      }
    },
  }
  /** Ids and names of all that the engine has of this owner. */
  const left = async (): Promise<unknown[]> => {
    const query = { all: 1, filters: { label: [`sluice.owner=${name}`] } }
    const list = async (path: string): Promise<unknown> =>
      engine.call({ action: 'list what is left', method: 'GET', path, query })
    const { Volumes: volumes } = (await list('/volumes')) as { Volumes: unknown[] | null }
    const others = await Promise.all(['/containers/json', '/networks'].map(list))
    return [...(volumes ?? []), ...(others as unknown[][]).flat()]
  }
  return {
    base,
    name,
    engine,
    isolation,
    files,
    open,
    left,
    close: () => rmSync(base, { recursive: true, force: true }),
  }
}

export type Bench = Awaited<ReturnType<typeof openBench>>
