import { readdir, rename, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { BoundPath, Isolation } from '@sluice/execution'
import { removeFolder } from '@sluice/executor-process'
import type { GitRepository, IndexFile } from '@sluice/git'

/** The content of a folder, as a commit of its local repository. */
export interface Sources {
  repository: GitRepository
  folder: string
  /** The commit with the folder's content. */
  commit: string
  /** What it holds, where that is known. */
  files: readonly IndexFile[] | null
}

export interface Snapshot {
  /** A checkout that never changes: it is put beneath the files of jobs as it is. */
  folder: string
  /** What jobs must see for their Git to find its objects. */
  readOnlyPaths: BoundPath[]
}

export interface SnapshotRequest {
  sources: Sources
  /** The commit that the plan names: another one of the same content where that is committed in the folder's checkout. */
  commit: string
  branch: string
  project: string
  isolation: Isolation
  clock: { now(): number }
}

const keptMax = 3

/**
 * Gives the sources of a run: those of an earlier run of the same content, else a new checkout. Complete before it has its
 * name. Only one run at a time uses the folder.
 */
export async function takeSnapshot(folder: string, request: SnapshotRequest): Promise<Snapshot> {
  const { sources, branch, project, isolation, clock } = request
  const owner = isolation.owner('job')
  const objects = await readableObjects(sources.repository, owner !== null)
  const bound = objects === null ? null : { from: objects, to: `/builds/${project}.objects` }
  const commit = objects === null ? sources.commit : request.commit
  const kind = `${commit}-${Buffer.from(branch).toString('base64url').slice(0, 100)}-${owner?.uid ?? 'own'}`
  const place = join(folder, objects === null ? kind : `${kind}-borrowed`)
  if ((await stat(place).catch(() => null)) === null) {
    const fresh = `${place}.new`
    await removeFolder(fresh)
    const origin = sources.files === null ? null : { folder: sources.folder, files: sources.files }
    const objectsSeenAt = bound === null ? null : isolation.inside(bound)
    await sources.repository.checkOut({ commit, branch, to: fresh, origin, owner, objectsSeenAt })
    await rename(fresh, place)
    await removeOld(folder, place)
  } else await utimes(place, clock.now() / 1000, clock.now() / 1000)
  return { folder: place, readOnlyPaths: bound === null ? [] : [bound] }
}

/** Objects of the folder's checkout, where jobs can be let read them: they are of this very project. */
async function readableObjects(repository: GitRepository, isForAnotherUser: boolean): Promise<string | null> {
  const objects = await repository.borrowedObjects()
  if (objects === null) return null
  const { mode } = await stat(objects)
  return isForAnotherUser && (mode & 0o005) !== 0o005 ? null : objects
}

async function removeOld(folder: string, newest: string): Promise<void> {
  const places = (await readdir(folder)).map((name) => join(folder, name)).filter((place) => place !== newest)
  const used = await Promise.all(places.map(async (place) => ({ place, atMs: (await stat(place)).mtimeMs })))
  for (const { place } of used.toSorted((a, b) => b.atMs - a.atMs).slice(keptMax - 1)) await removeFolder(place)
}
