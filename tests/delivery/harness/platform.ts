import { EventEmitter, once } from 'node:events'
import { readFileSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { eventsPath, routes, type EnvironmentView, type ProjectView, type RunView } from '@sluice/contracts/api'
import type { Call } from '@sluice/contracts/client'
import type { RouterSiteStatus } from '@sluice/contracts/router'
import { findPostmaster } from '@sluice/postgres-embedded'
import { RouterHttpClient } from '@sluice/router-http'
import { connectPlatform, type PlatformConnection } from '../../../apps/cli/src/api/connect-platform.ts'
import { sluice, type Caller, type Command } from './command.ts'

type Part = 'server' | 'router' | 'runner'

/** A platform that `./sluice up` keeps running, and the doors to it. */
export class Platform {
  readonly data: string
  readonly up: Command
  readonly #connection: PlatformConnection
  readonly #router: RouterHttpClient

  constructor(data: string, up: Command) {
    this.data = data
    this.up = up
    this.#connection = connectPlatform(join(data, 'run', 'server.sock'))
    this.#router = new RouterHttpClient({ controlPath: join(data, 'run', 'router.sock') })
  }

  get call(): Call {
    return this.#connection.call
  }

  /** Of the console. */
  async url(): Promise<string> {
    return readFile(join(this.data, 'run', 'server-url'), 'utf8')
  }

  async pidOf(part: Part): Promise<number> {
    const record = JSON.parse(await readFile(join(this.data, 'run', `${part}.json`), 'utf8')) as { pid: number }
    return record.pid
  }

  async postmaster(): Promise<number | null> {
    return findPostmaster(join(this.data, 'postgres'))
  }

  async kill(part: Part): Promise<void> {
    process.kill(await this.pidOf(part), 'SIGKILL')
  }

  async project(slug: string): Promise<ProjectView> {
    return this.call(routes.getProject, { parameters: { project: slug } })
  }

  async environment(slug: string, name: string): Promise<EnvironmentView> {
    const found = (await this.project(slug)).environments.find((one) => one.name === name)
    if (found === undefined) throw new Error(`project ${slug} has no environment ${name}`)
    return found
  }

  async sites(): Promise<RouterSiteStatus[]> {
    return this.#router.status()
  }

  /** The router's side of an environment: the site at its URL, with its counters. */
  async site(slug: string, name: string): Promise<RouterSiteStatus> {
    const { url } = await this.environment(slug, name)
    const found = (await this.sites()).find((site) => site.url === url)
    if (found === undefined) throw new Error(`the router has no site at ${url}`)
    return found
  }

  /** The instances whose processes are there now, by what the target has noted. */
  async instances(): Promise<{ instanceId: string; role: string; pid: number }[]> {
    const folder = join(this.data, 'target', 'instances')
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
    // The record of one that is stopped meanwhile goes with it.
    const records = await Promise.all(names.map(async (name) => readFile(join(folder, name), 'utf8').catch(() => null)))
    return records
      .filter((text) => text !== null)
      .map((text) => JSON.parse(text) as { instanceId: string; role: string; process: { pid: number } | null })
      .flatMap(({ instanceId, role, process }) => (process === null ? [] : [{ instanceId, role, pid: process.pid }]))
      .filter(({ pid }) => isAlive(pid))
  }

  /** Follows a run by the server's events until something holds for it, also while the server is started again. */
  async untilRun(runId: string, holds: (run: RunView) => boolean, timeoutMs = 240_000): Promise<RunView> {
    const read = async (): Promise<RunView> => this.call(routes.getRun, { parameters: { run: runId } })
    return this.#until(`run=${runId}`, { read, holds, timeoutMs })
  }

  async untilProject(slug: string, holds: (project: ProjectView) => boolean, timeoutMs = 60_000): Promise<ProjectView> {
    return this.#until(`project=${slug}`, { read: async () => this.project(slug), holds, timeoutMs })
  }

  async #until<T>(query: string, wanted: Wanted<T>): Promise<T> {
    const signal = AbortSignal.timeout(wanted.timeoutMs)
    for (;;) {
      const from = this.up.lines.length
      const found = await this.#look(query, wanted, signal).catch((cause: unknown) => {
        if (signal.aborted) throw new Error(`${query} did not come that far in ${wanted.timeoutMs / 1000} s`, { cause })
        return null
      })
      if (found !== null) return found
      const isAway = await this.call(routes.listProjects).then(
        () => false,
        () => true,
      )
      if (isAway) await this.up.line(/The server runs again/, { from, timeoutMs: wanted.timeoutMs })
    }
  }

  /** Looks after each word of the server's stream. @returns `null` when the stream ended before it held */
  async #look<T>(query: string, { read, holds }: Wanted<T>, signal: AbortSignal): Promise<T | null> {
    const stream = await this.#connection.open(`${eventsPath}?${query}`, signal)
    const bell = new EventEmitter()
    let rings = 0
    const closed = new AbortController()
    const ring = (): void => {
      rings += 1
      bell.emit('ring')
    }
    const close = (): void => {
      closed.abort()
      bell.emit('ring')
    }
    stream.on('error', close)
    createInterface({ input: stream }).on('line', ring).on('close', close).on('error', close)
    try {
      while (!closed.signal.aborted) {
        const before = rings
        const found = await read()
        if (holds(found)) return found
        if (rings === before && !closed.signal.aborted) await once(bell, 'ring', { signal })
      }
      return null
    } finally {
      stream.destroy()
    }
  }
}

interface Wanted<T> {
  read: () => Promise<T>
  holds: (found: T) => boolean
  timeoutMs: number
}

/** Whether a process runs; a dead one that nobody has waited for does not (proc_pid_stat(5), field 3). */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return !['Z', 'X'].includes(stat[stat.lastIndexOf(')') + 2] ?? '')
  } catch {
    return false
  }
}

/** Starts a platform that delivers nothing by itself, and returns when it is up. */
export async function startPlatform(
  data: string,
  options: { caller?: Caller; args?: string[] } = {},
): Promise<Platform> {
  const args = ['up', '--port', '0', '--data', data, ...(options.args ?? ['--no-deliver'])]
  const up = sluice(args, options.caller)
  await up.line(/runner: (process|found running)/, { timeoutMs: 120_000 })
  return new Platform(data, up)
}

/** Whether nothing more will happen to a run. */
export function isOver(run: RunView): boolean {
  if (run.status === 'running') return false
  return !run.deliver || run.delivery === 'delivered' || run.delivery === 'stopped' || run.status !== 'success'
}
