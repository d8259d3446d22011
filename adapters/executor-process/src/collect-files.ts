import { constants } from 'node:fs'
import { lstat, open, readdir, readlink } from 'node:fs/promises'
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
  type CompiledSelection,
  type FileSelection,
} from '@sluice/execution'
import { eachOf } from './each-of.ts'

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
  await eachOf(selectedPaths(folder, '', compileSelection(selection)), filesAtOnce, async (path) => {
    if (entries.length > limits.maxEntries || totalBytes > limits.maxTotalBytes) return
    const entry = await storeEntry(folder, checkArtifactPath(path), blobs)
    if (entry === null) return
    entries.push(entry)
    totalBytes += entry.sizeBytes
  })
  return manifestOf(entries, limits)
}

async function* selectedPaths(root: string, below: string, selection: CompiledSelection): AsyncGenerator<string> {
  const children = await readdir(join(root, below), { withFileTypes: true })
  for (const child of children.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === '' ? child.name : `${below}/${child.name}`
    if (child.isDirectory()) {
      if (selection.mayHold(path)) yield* selectedPaths(root, path, selection)
    } else if ((child.isFile() || child.isSymbolicLink()) && selection.takes(path)) yield path
  }
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
