import type { JobResponse } from '@sluice/contracts/runner'
import { manifestDigest, type Workspace } from '@sluice/execution'
import type { CacheStore } from './cache-store.ts'
import type { JobLog } from './job-log.ts'
import { memoryDigests } from './memory-digests.ts'

type Cache = NonNullable<JobResponse['cache']>[number]

export interface JobCaches {
  restore(): Promise<void>
  save(succeeded: boolean): Promise<void>
}

/** The caches of one job, in its log. A cache is a convenience: nothing that happens to it fails the job. */
export function jobCaches(job: JobResponse, workspace: Workspace, store: CacheStore, log: JobLog): JobCaches {
  const caches = job.cache ?? []
  const keys = new Map<Cache, string>()
  return {
    async restore() {
      for (const cache of caches) {
        const key = await keyOf(cache, job, workspace)
        keys.set(cache, key)
        if (cache.policy === 'push') continue
        await log.say(`Checking cache for ${shown(key)}...\n`)
        await log.say(await restoreOne(store, key, workspace))
      }
    },
    async save(succeeded) {
      for (const cache of caches) {
        const key = keys.get(cache)
        if (key === undefined || cache.policy === 'pull' || !isDue(cache.when, succeeded)) continue
        await log.say(`Creating cache ${shown(key)}...\n`)
        await log.say(await saveOne(store, key, cache, workspace))
      }
    },
  }
}

/** Whether `when` wants it after a job that ended so. */
export function isDue(when: Cache['when'], succeeded: boolean): boolean {
  return when === 'always' || (when === 'on_success') === succeeded
}

const shown = (key: string): string => key.slice(key.indexOf('/') + 1)

/** Caches belong to a project; with key files the key ends in the digest of their content, as they stand in the sources. */
async function keyOf(cache: Cache, job: JobResponse, workspace: Workspace): Promise<string> {
  const key = `${job.job_info.project_id}/${cache.key}`
  if (cache.sluice_key_files.length === 0) return key
  const files = await workspace.collect({ paths: cache.sluice_key_files, exclude: [] }, memoryDigests())
  const digest =
    files.entries.length === 0 ? 'default' : manifestDigest(files).slice('sha256:'.length, 'sha256:'.length + 40)
  return cache.key === '' ? `${key}${digest}` : `${key}-${digest}`
}

async function restoreOne(store: CacheStore, key: string, workspace: Workspace): Promise<string> {
  try {
    const found = await store.restore(key, async (manifest, blobs) => workspace.extract(manifest, blobs))
    return found ? 'Successfully extracted cache\n' : 'No cache of this key yet\n'
  } catch (cause) {
    return `WARNING: Cannot restore the cache: ${(cause as Error).message}\n`
  }
}

async function saveOne(store: CacheStore, key: string, cache: Cache, workspace: Workspace): Promise<string> {
  try {
    const outcome = await store.save(key, async (blobs) =>
      workspace.collect({ paths: cache.paths, exclude: [] }, blobs),
    )
    const texts = {
      saved: 'Created cache',
      same: 'Cache is up to date',
      empty: 'WARNING: no file matches the paths of the cache',
    }
    return `${texts[outcome]}\n`
  } catch (cause) {
    return `WARNING: Cannot save the cache: ${(cause as Error).message}\n`
  }
}
