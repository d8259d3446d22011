import { constants } from 'node:fs'
import { lstat, open, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import {
  checkArtifactPath,
  compileSelection,
  defaultArtifactLimits,
  linkMode,
  linkStaysInside,
  manifestOf,
  type ArtifactEntry,
  type ArtifactManifest,
  type BlobStore,
  type FileSelection,
} from '@sluice/execution'
import { eachOf } from './each-of.ts'
import { selectPaths } from './select-paths.ts'

const filesAtOnce = 16
/** A file up to this size is read whole. */
const smallBytes = 1024 * 1024

/**
 * Reads selected files of a folder into blobs. Follows no link; takes links whose target stays inside; passes over what
 * is neither file, folder nor link. The folder must be still: nothing may run in it.
 */
export async function collectFiles(
  folder: string,
  selection: FileSelection,
  blobs: BlobStore,
  limits = defaultArtifactLimits,
): Promise<ArtifactManifest> {
  const entries: ArtifactEntry[] = []
  let totalBytes = 0
  await eachOf(selectPaths(folder, compileSelection(selection)), filesAtOnce, async (path) => {
    if (entries.length > limits.maxEntries || totalBytes > limits.maxTotalBytes) return
    const entry = await storeEntry(folder, checkArtifactPath(path), blobs)
    if (entry === null) return
    entries.push(entry)
    totalBytes += entry.sizeBytes
  })
  return manifestOf(entries, limits)
}

async function storeEntry(folder: string, path: string, blobs: BlobStore): Promise<ArtifactEntry | null> {
  const place = join(folder, path)
  const stats = await lstat(place)
  if (stats.isSymbolicLink()) {
    const target = await readlink(place)
    if (!linkStaysInside(path, target)) return null
    return { path, mode: linkMode, ...(await blobs.put(Buffer.from(target))) }
  }
  const file = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const { size, ...opened } = await file.stat()
    if ((opened.mode & constants.S_IFMT) !== constants.S_IFREG) return null
    const content =
      size <= smallBytes
        ? await file.readFile()
        : file.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 })
    const stored = await blobs.put(content)
    return { path, mode: stats.mode & 0o777, ...stored }
  } finally {
    await file.close()
  }
}
