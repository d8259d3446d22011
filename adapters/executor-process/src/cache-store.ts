import { createHash, randomUUID } from 'node:crypto'
import { lstat, mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { compileSelection, type FileSelection, type Workspace } from '@sluice/execution'
import { sha256Hex, type Clock } from '@sluice/kernel'
import { bootId } from './boot-id.ts'
import { removeFolder } from './remove-folder.ts'
import { selectPaths } from './select-paths.ts'

/** A cache that a workspace uses: it stays as it is until it is given back. */
export interface CacheLease {
  readonly tree: string
  release(): Promise<void>
}

/** The caches of a machine: at most one file set a key, the last one saved. */
export interface CacheStore {
  /** Puts the file set of a key beneath a workspace's files; `null` where there is none. */
  restore(key: string, workspace: Workspace): Promise<CacheLease | null>
  /**
   * Replaces the file set of a key; nothing changes where none is found or the one restored has not changed. Where that
   * was restored by another key, this one names the same file set from then on, without a copy.
   */
  save(
    key: string,
    selection: FileSelection,
    workspace: Workspace,
    options: { leave: boolean; restored: CacheLease | null },
  ): Promise<'saved' | 'same' | 'empty'>
}

/** Which version of a key's cache counts. */
interface Current {
  /** Folder of the file set, from the key's own folder; `../other key/version` where another key saved it. */
  version: string
  selection: FileSelection
  /** The start of the machine in which it was saved. */
  boot: string
  /** Digest over paths and sizes. */
  listing: string
}

export interface CacheStoreOptions {
  clock: Clock
  /** A key that nobody used for so long is forgotten when another one is saved. Default 14 days. */
  keepMs?: number
}

/**
 * Caches as folders, one a key, below it one a version, whole before `current.json` names it. No job can reach the
 * folder (mode 0700, and no sandbox holds it), and a version never changes: it is put beneath workspaces as it is, so
 * its files belong to the jobs' user, and one in use outlives its successor. One process uses the folder.
 */
export function openCacheStore(folder: string, { clock, keepMs = 14 * 86_400_000 }: CacheStoreOptions): CacheStore {
  const inOrder = oneAtATime()
  const leases = new Map<string, number>()
  const isLeased = (tree: string): boolean => (leases.get(tree) ?? 0) > 0
  const lease = (place: string, tree: string): CacheLease => {
    leases.set(tree, (leases.get(tree) ?? 0) + 1)
    return {
      tree,
      async release() {
        const left = (leases.get(tree) ?? 1) - 1
        if (left > 0) leases.set(tree, left)
        else leases.delete(tree)
        await inOrder(place, async () => removeOld(place, isLeased))
      },
    }
  }
  const forget = async (): Promise<void> => {
    for (const name of await readdir(folder)) {
      const place = join(folder, name)
      await inOrder(place, async () => {
        const isOld = (await lastUsedMs(place)) < clock.now() - keepMs
        const isUsed = (await readdir(place).catch(() => [])).some((version) => isLeased(join(place, version)))
        if (isOld && !isUsed) await removeFolder(place)
      })
    }
  }
  return {
    async restore(key, workspace) {
      const place = join(folder, sha256Hex(key))
      const held = await inOrder(place, async () => {
        const current = await readSound(place)
        if (current === null) return null
        const tree = join(place, current.version)
        for (const used of new Set([place, dirname(tree)])) await markUsed(used, clock)
        return lease(place, tree)
      })
      try {
        if (held !== null) await workspace.underlay(held.tree)
        return held
      } catch (cause) {
        await held?.release()
        throw cause
      }
    },
    save: async (key, selection, workspace, options) => {
      const place = join(folder, sha256Hex(key))
      const outcome = await inOrder(place, async () => {
        const done = await saveTo(place, selection, workspace, options)
        if (done === 'saved') await markUsed(place, clock)
        await removeOld(place, isLeased)
        return done
      })
      if (outcome === 'saved') await forget()
      return outcome
    },
  }
}

/** Runs what has the same name one after the other. */
function oneAtATime(): <T>(name: string, run: () => Promise<T>) => Promise<T> {
  const queues = new Map<string, Promise<unknown>>()
  return async (name, run) => {
    const before = queues.get(name) ?? Promise.resolve()
    const mine = before.catch(() => undefined).then(run)
    queues.set(name, mine)
    try {
      return await mine
    } finally {
      if (queues.get(name) === mine) queues.delete(name)
    }
  }
}

async function saveTo(
  place: string,
  selection: FileSelection,
  workspace: Workspace,
  { leave, restored }: { leave: boolean; restored: CacheLease | null },
): Promise<'saved' | 'same' | 'empty'> {
  await mkdir(place, { recursive: true, mode: 0o700 })
  const base = restored === null ? null : await describe(restored.tree)
  const isSame = base !== null && JSON.stringify(base.selection) === JSON.stringify(selection)
  const version = randomUUID()
  const tree = join(place, version)
  const outcome = await workspace.takeOut(selection, tree, { leave, base: isSame ? (restored?.tree ?? null) : null })
  if (outcome === 'empty') return 'empty'
  if (outcome === 'taken') {
    await keep(place, { version, selection, boot: await bootId(), listing: await listingOf(tree) })
    return 'saved'
  }
  if (base === null || restored === null) throw new TypeError('a workspace compared with a tree that it was not given')
  const shared = relative(place, restored.tree)
  const before = await readCurrent(place)
  if (before?.version !== shared) await keep(place, { ...base, version: shared })
  return 'same'
}

async function keep(place: string, current: Current): Promise<void> {
  await writeFile(join(place, 'current.new'), JSON.stringify(current), { mode: 0o600 })
  await rename(join(place, 'current.new'), join(place, 'current.json'))
}

/** What the key that saved a file set says of it; `null` where that key has another one by now. */
async function describe(tree: string): Promise<Current | null> {
  const current = await readCurrent(dirname(tree))
  return current?.version === basename(tree) ? current : null
}

/** Also what a killed process left. */
async function removeOld(place: string, isLeased: (tree: string) => boolean): Promise<void> {
  const current = await readCurrent(place)
  const others = (await readdir(place).catch(() => []))
    .filter((name) => name !== 'current.json' && name !== current?.version)
    .map((name) => join(place, name))
    .filter((tree) => !isLeased(tree))
  if (others.length === 0) return
  const shared = await treesOfOtherKeys(dirname(place))
  for (const tree of others) if (!shared.has(tree)) await removeFolder(tree)
}

/** File sets that a key names which another key saved. */
async function treesOfOtherKeys(folder: string): Promise<Set<string>> {
  const trees = new Set<string>()
  for (const name of await readdir(folder)) {
    const version = (await readCurrent(join(folder, name)))?.version ?? ''
    if (version.includes('/')) trees.add(join(folder, name, version))
  }
  return trees
}

/** Written by this process only; what cannot be read counts as no cache. */
async function readCurrent(place: string): Promise<Current | null> {
  try {
    return JSON.parse(await readFile(join(place, 'current.json'), 'utf8')) as Current
  } catch {
    return null
  }
}

/**
 * Caches are not synchronised to disk, as that takes seconds and they can be made again. After a restart of the machine
 * a power cut may have taken the end of a file: a cache whose files have not their sizes any more counts as none.
 */
async function readSound(place: string): Promise<Current | null> {
  const current = await readCurrent(place)
  if (current === null) return null
  const tree = join(place, current.version)
  const isThere = await stat(tree).then(
    () => true,
    () => false,
  )
  const boot = await bootId()
  if (isThere && current.boot === boot && boot !== '') return current
  const listing = isThere ? await listingOf(tree) : ''
  if (listing === current.listing) return current
  await rm(join(place, 'current.json'))
  return null
}

/** The time of `current.json` tells when a cache was used last. */
async function markUsed(place: string, clock: Clock): Promise<void> {
  const now = new Date(clock.now())
  // The key that saved a shared file set may have been forgotten.
  await utimes(join(place, 'current.json'), now, now).catch(() => undefined)
}

/** A place without a cache, as of a first save that goes on, is no old one. */
async function lastUsedMs(place: string): Promise<number> {
  return (await stat(join(place, 'current.json')).catch(() => null))?.mtimeMs ?? Infinity
}

async function listingOf(tree: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const path of selectPaths(tree, compileSelection({ paths: ['**'], exclude: [] })))
    hash.update(`${path}\0${(await lstat(join(tree, path))).size}\0`)
  return hash.digest('hex')
}
