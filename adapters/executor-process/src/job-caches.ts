import { manifestDigest, type Workspace } from '@sluice/execution'
import type { CacheLease, CacheStore } from './cache-store.ts'
import { memoryDigests } from './memory-digests.ts'

/** A cache that a job asks for. */
export interface CacheRequest {
  /** Or the beginning of the key, where there are key files. */
  key: string
  /** Files whose content ends the key, as they stand in the sources. */
  keyFiles: readonly string[]
  paths: readonly string[]
  policy: 'pull' | 'push' | 'pull-push'
  when: 'on_success' | 'on_failure' | 'always'
}

export interface JobCachesOptions {
  caches: readonly CacheRequest[]
  /** Caches of other projects are others. */
  project: string
  workspace: Workspace
  store: CacheStore
  say: (text: string) => Promise<void>
}

export interface JobCaches {
  restore(): Promise<void>
  /** Saves what is due. The last thing that is done with the workspace: files may be gone from it. */
  save(succeeded: boolean): Promise<void>
  /** To be called once nothing uses the workspace any more. */
  release(): Promise<void>
}

interface UsedCache {
  cache: CacheRequest
  key: string
  lease: CacheLease | null
}

/** The caches of one job, in its log. A cache is a convenience: nothing that happens to it fails the job. */
export function jobCaches(options: JobCachesOptions): JobCaches {
  const { say, store, workspace } = options
  const used: UsedCache[] = []
  return {
    async restore() {
      for (const cache of options.caches) {
        const one: UsedCache = { cache, key: await keyOf(cache, options), lease: null }
        used.push(one)
        if (cache.policy === 'push') continue
        await say(`Checking cache for ${one.key}...\n`)
        await say(await restoreOne(one, options))
      }
    },
    async save(succeeded) {
      const due = used.filter(({ cache }) => cache.policy !== 'pull' && isDue(cache.when, succeeded))
      for (const [index, { cache, key, lease }] of due.entries()) {
        await say(`Creating cache ${key}...\n`)
        // Two caches may hold the same file: only the last one may take its files away.
        const leave = index < due.length - 1
        const selection = { paths: cache.paths, exclude: [] }
        const saved = store.save(fullKey(options.project, key), selection, workspace, { leave, restored: lease })
        await say(await textOf(saved))
      }
    },
    async release() {
      for (const { lease } of used) await lease?.release()
    },
  }
}

/** Whether `when` wants it after a job that ended so. */
export function isDue(when: CacheRequest['when'], succeeded: boolean): boolean {
  return when === 'always' || (when === 'on_success') === succeeded
}

const fullKey = (project: string, key: string): string => `${project}/${key}`

/** With key files the key ends in the digest of their content. */
async function keyOf({ key, keyFiles }: CacheRequest, { workspace }: JobCachesOptions): Promise<string> {
  if (keyFiles.length === 0) return key
  const files = await workspace.collect({ paths: keyFiles, exclude: [] }, memoryDigests())
  const digest =
    files.entries.length === 0 ? 'default' : manifestDigest(files).slice('sha256:'.length, 'sha256:'.length + 40)
  return key === '' ? digest : `${key}-${digest}`
}

async function restoreOne(one: UsedCache, { project, store, workspace }: JobCachesOptions): Promise<string> {
  try {
    one.lease = await store.restore(fullKey(project, one.key), workspace)
    return one.lease === null ? 'No cache of this key yet\n' : 'Successfully extracted cache\n'
  } catch (cause) {
    return `WARNING: Cannot restore the cache: ${(cause as Error).message}\n`
  }
}

async function textOf(saved: ReturnType<CacheStore['save']>): Promise<string> {
  const texts = {
    saved: 'Created cache',
    same: 'Cache is up to date',
    empty: 'WARNING: no file matches the paths of the cache',
  }
  try {
    return `${texts[await saved]}\n`
  } catch (cause) {
    return `WARNING: Cannot save the cache: ${(cause as Error).message}\n`
  }
}
