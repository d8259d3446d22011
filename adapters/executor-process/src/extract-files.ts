import { constants } from 'node:fs'
import { lchown, lstat, mkdir, open, symlink, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import {
  blobMissing,
  checkArtifactPath,
  linkMode,
  linkStaysInside,
  type ArtifactEntry,
  type ArtifactManifest,
  type BlobStore,
} from '@sluice/execution'
import { eachOf } from './each-of.ts'
import { refuseExtraction } from './refuse-extraction.ts'

const filesAtOnce = 16

/** Whose the files shall be; `null` leaves them to the current user. */
export type FileOwner = { uid: number; gid: number } | null

/**
 * Writes the files of a manifest below a folder, over what is there. No parent may be a link and links are written last,
 * so nothing lands outside, whatever the manifest says. The folder must be still: nothing may run in it.
 */
export async function extractFiles(
  folder: string,
  manifest: ArtifactManifest,
  blobs: BlobStore,
  owner: FileOwner,
): Promise<void> {
  const known = new Set<string>([''])
  const isLink = (entry: ArtifactEntry): boolean => entry.mode === linkMode
  const files = manifest.entries.filter((one) => !isLink(one))
  for (const entry of files) await clearPlace(folder, entry, owner, known)
  await eachOf(files, filesAtOnce, async (entry) => writeFile(join(folder, entry.path), entry, blobs, owner))
  for (const entry of manifest.entries.filter(isLink)) {
    // Nothing known is trusted here: a link that was just written may stand where a folder is wanted.
    await clearPlace(folder, entry, owner, new Set(['']))
    await writeLink(join(folder, entry.path), entry, blobs, owner)
  }
}

/** Makes the parents, none of them a link, and takes away a file or link of that name. */
async function clearPlace(folder: string, entry: ArtifactEntry, owner: FileOwner, known: Set<string>): Promise<void> {
  const names = checkArtifactPath(entry.path).split('/').slice(0, -1)
  let parent = ''
  for (const name of names) {
    parent = parent === '' ? name : `${parent}/${name}`
    if (known.has(parent)) continue
    await makeFolder(join(folder, parent), entry.path, owner)
    known.add(parent)
  }
  const place = join(folder, entry.path)
  const there = await lstat(place).catch(() => null)
  if (there?.isDirectory()) throw refuseExtraction(entry.path, 'a folder of that name is there')
  if (there !== null) await unlink(place)
}

async function makeFolder(place: string, path: string, owner: FileOwner): Promise<void> {
  const there = await lstat(place).catch(() => null)
  if (there?.isDirectory()) return
  if (there !== null) throw refuseExtraction(path, 'a parent is a link or a file')
  await mkdir(place)
  if (owner !== null) await lchown(place, owner.uid, owner.gid)
}

async function writeFile(place: string, entry: ArtifactEntry, blobs: BlobStore, owner: FileOwner): Promise<void> {
  const content = await blobs.get(entry.digest)
  if (content === null) throw blobMissing(entry.digest, entry.path)
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
  const file = await open(place, flags, 0o600)
  try {
    for await (const chunk of content) await file.writeFile(chunk)
    if (owner !== null) await file.chown(owner.uid, owner.gid)
    await file.chmod(entry.mode & 0o777)
  } finally {
    await file.close()
  }
}

const maxTargetBytes = 4096

async function writeLink(place: string, entry: ArtifactEntry, blobs: BlobStore, owner: FileOwner): Promise<void> {
  const content = await blobs.get(entry.digest)
  if (content === null) throw blobMissing(entry.digest, entry.path)
  const parts: Uint8Array[] = []
  for await (const chunk of content) parts.push(chunk)
  const target = Buffer.concat(parts).subarray(0, maxTargetBytes).toString('utf8')
  if (!linkStaysInside(entry.path, target)) throw refuseExtraction(entry.path, 'the link leads outside')
  await symlink(target, place)
  if (owner !== null) await lchown(place, owner.uid, owner.gid)
}
