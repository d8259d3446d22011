import type { Workspace } from '@sluice/execution'
import { cacheKey, type CacheKey } from './cache-key.ts'
import type { CacheLease, CacheStore } from './cache-store.ts'
import { selectFiles } from './select-files.ts'

/** A cache that a job asks for. */
export interface CacheRequest extends CacheKey {
  paths: readonly string[]
  /** Files that Git does not track are in it too. Default `false`. */
  untracked?: boolean
  /** Keys to try first where nothing is kept under the key; with key files each gets the same end as the key. */
  earlierKeys?: readonly string[]
  /** Keys to try in this order after these. */
  fallbackKeys?: readonly string[]
  policy: 'pull' | 'push' | 'pull-push'
  when: 'on_success' | 'on_failure' | 'always'
}

export interface JobCachesOptions {
  caches: readonly CacheRequest[]
  /** Caches of other projects are others. */
  project: string
  workspace: Workspace
  store: CacheStore
  /** The key that is tried last, for every cache (GitLab's variable `CACHE_FALLBACK_KEY`). */
  fallbackKey?: string | undefined
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
        const one: UsedCache = { cache, key: await cacheKey(cache, workspace), lease: null }
        used.push(one)
        if (cache.policy === 'push') continue
        await restoreOne(one, options)
      }
    },
    async save(succeeded) {
      const due = used.filter(({ cache }) => cache.policy !== 'pull' && isDue(cache.when, succeeded))
      for (const [index, { cache, key, lease }] of due.entries()) {
        await say(`Creating cache ${key}...\n`)
        // Two caches may hold the same file: only the last one may take its files away.
        const leave = index < due.length - 1
        const selection = await selectFiles({ ...cache, untracked: cache.untracked === true }, workspace, say)
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

/** The key, then what may stand in for it, until something is found. */
async function restoreOne(one: UsedCache, options: JobCachesOptions): Promise<void> {
  const { project, store, workspace, say, fallbackKey = '' } = options
  const { cache } = one
  const earlier = (cache.earlierKeys ?? []).map((key) => () => cacheKey({ ...cache, key }, workspace))
  const named = [...(cache.fallbackKeys ?? [])]
  if (isProtectedKey(fallbackKey))
    await say(`WARNING: CACHE_FALLBACK_KEY ${fallbackKey} is not tried: it is protected\n`)
  else if (fallbackKey !== '') named.push(fallbackKey)
  const tried = new Set<string>()
  for (const next of [one.key, ...earlier, ...named]) {
    const key = typeof next === 'string' ? next : await next()
    if (tried.has(key)) continue
    tried.add(key)
    await say(`Checking cache for ${key}...\n`)
    try {
      one.lease = await store.restore(fullKey(project, key), workspace)
      await say(one.lease === null ? 'No cache of this key yet\n' : 'Successfully extracted cache\n')
    } catch (cause) {
      await say(`WARNING: Cannot restore the cache: ${(cause as Error).message}\n`)
      return
    }
    if (one.lease !== null) return
  }
}

/**
 * A job names this key itself, or a report of an earlier job does: it must not reach the caches of other runs, those that
 * all runs share among them, nor those of protected branches in GitLab Runner.
 */
const isProtectedKey = (key: string): boolean => /(^|-)(protected|shared|r\d+)(-|$)/.test(key)

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
