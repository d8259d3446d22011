import { chown, cp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { routes, type RunView } from '@sluice/contracts/api'
import { isOver, type Platform } from './platform.ts'

const source = join(import.meta.dirname, '..', 'small-project')

/** A project whose delivery takes seconds: a service without dependencies, one test, one gate, a canary. */
export class SmallProject {
  readonly slug: string
  readonly folder: string
  readonly #platform: Platform

  constructor(platform: Platform, slug: string, folder: string) {
    this.#platform = platform
    this.slug = slug
    this.folder = folder
  }

  /** Takes the folder's content as the newest change of the protected branch. @returns the id of its run */
  async push(): Promise<string> {
    const synced = await this.#platform.call(routes.syncProject, { parameters: { project: this.slug } })
    if (synced.run === null) throw new Error('the newest change is delivered already')
    return synced.run.id
  }

  /** Proposes new contents of files on a branch, and begins a run of it. @returns the run's id */
  async change(branch: string, files: Record<string, string>, deliver = false): Promise<string> {
    const parameters = { project: this.slug }
    const patch = await this.#patch(files)
    await this.#platform.call(routes.proposeChange, { parameters, body: { branch, title: branch, patch } })
    return (await this.#platform.call(routes.createRun, { parameters, body: { ref: branch, deliver } })).id
  }

  async over(runId: string): Promise<RunView> {
    return this.#platform.untilRun(runId, isOver)
  }

  /** Everything that a job of a run has printed. */
  async log(runId: string, job: string): Promise<string> {
    const parameters = { run: runId, job, attempt: 1 }
    return (await this.#platform.call(routes.getLog, { parameters })).text
  }

  async #patch(files: Record<string, string>): Promise<string> {
    const parts = Object.entries(files).map(async ([path, after]) => {
      const before = await readFile(join(this.folder, path), 'utf8').catch(() => null)
      return patchOf(path, before, after)
    })
    return (await Promise.all(parts)).join('')
  }
}

/** Puts a project of its own below a folder and registers it. */
export async function registerSmallProject(
  platform: Platform,
  slug: string,
  parent: string,
  owner = 0,
): Promise<SmallProject> {
  const folder = join(parent, slug)
  await cp(source, folder, { recursive: true })
  if (owner !== 0) for (const path of ['', ...(await readdir(folder))]) await chown(join(folder, path), owner, owner)
  await platform.call(routes.registerProject, { body: { slug, name: slug, folder } })
  return new SmallProject(platform, slug, folder)
}

/** A unified diff that replaces a whole file of text. */
function patchOf(path: string, before: string | null, after: string): string {
  const old = before === null ? [] : linesOf(before)
  const fresh = linesOf(after)
  const isNew = before === null
  return [
    `diff --git a/${path} b/${path}`,
    ...(isNew ? ['new file mode 100644', '--- /dev/null'] : [`--- a/${path}`]),
    `+++ b/${path}`,
    `@@ -${isNew ? 0 : 1},${old.length} +1,${fresh.length} @@`,
    ...old.map((line) => `-${line}`),
    ...fresh.map((line) => `+${line}`),
    '',
  ].join('\n')
}

const linesOf = (text: string): string[] => text.replace(/\n$/, '').split('\n')
