import { randomUUID } from 'node:crypto'
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openFileBlobStore } from '@sluice/blobs-files'
import { manifestDigest, type ArtifactManifest, type BlobStore } from '@sluice/execution'
import { sha256Hex } from '@sluice/kernel'

/** One cache of a project: at most one file set a key, the last one saved. */
export interface CacheStore {
  /** Calls `use` with the file set of a key while nothing replaces it; `false` where there is none. */
  restore(key: string, use: (manifest: ArtifactManifest, blobs: BlobStore) => Promise<void>): Promise<boolean>
  /** Replaces the file set of a key by what `make` collects; nothing changes where that is empty or the same. */
  save(key: string, make: (blobs: BlobStore) => Promise<ArtifactManifest>): Promise<'saved' | 'same' | 'empty'>
}

/**
 * Caches as folders, one a key, each with its manifest and blobs: `<sha256 of key>/<version>/`. A version is whole
 * before it gets its name, and what a killed runner left is removed on the next save. One process uses the folder.
 */
export function openCacheStore(folder: string): CacheStore {
  const queues = new Map<string, Promise<unknown>>()
  const alone = async <T>(key: string, run: (place: string) => Promise<T>): Promise<T> => {
    const place = join(folder, sha256Hex(key))
    const before = queues.get(place) ?? Promise.resolve()
    const mine = before.catch(() => undefined).then(async () => run(place))
    queues.set(place, mine)
    try {
      return await mine
    } finally {
      if (queues.get(place) === mine) queues.delete(place)
    }
  }
  return {
    restore: async (key, use) => alone(key, async (place) => restoreFrom(place, use)),
    save: async (key, make) => alone(key, async (place) => saveTo(place, make)),
  }
}

async function restoreFrom(
  place: string,
  use: (manifest: ArtifactManifest, blobs: BlobStore) => Promise<void>,
): Promise<boolean> {
  const manifest = await readManifest(join(place, 'current'))
  if (manifest === null) return false
  await use(manifest, await openFileBlobStore(join(place, 'current'), { durable: false }))
  return true
}

async function saveTo(
  place: string,
  make: (blobs: BlobStore) => Promise<ArtifactManifest>,
): Promise<'saved' | 'same' | 'empty'> {
  await mkdir(place, { recursive: true, mode: 0o700 })
  for (const name of await readdir(place))
    if (name !== 'current') await rm(join(place, name), { recursive: true, force: true })
  const next = join(place, randomUUID())
  try {
    const manifest = await make(await openFileBlobStore(next, { durable: false }))
    if (manifest.entries.length === 0) return 'empty'
    const before = await readManifest(join(place, 'current'))
    if (before !== null && manifestDigest(before) === manifestDigest(manifest)) return 'same'
    await writeFile(join(next, 'manifest.json'), JSON.stringify(manifest), { mode: 0o600 })
    await rm(join(place, 'current'), { recursive: true, force: true })
    await rename(next, join(place, 'current'))
    return 'saved'
  } finally {
    await rm(next, { recursive: true, force: true })
  }
}

/** Written by this process only; what cannot be read counts as no cache. */
async function readManifest(folder: string): Promise<ArtifactManifest | null> {
  try {
    return JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as ArtifactManifest
  } catch {
    return null
  }
}
