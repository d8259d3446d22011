import { constants } from 'node:fs'
import { copyFile, lchown, lstat, mkdir, readlink, symlink, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { linkStaysInside } from '@sluice/execution'
import { eachOf } from './each-of.ts'
import type { FileOwner } from './extract-files.ts'
import { refuseExtraction } from './refuse-extraction.ts'

const filesAtOnce = 16

/**
 * Copies files and links of a still folder into another still one, over what is there. No parent in `to` may be a link.
 * Links that lead outside are left out. As far as the disk can, files share their blocks until one is written to.
 */
export async function copyFiles(from: string, paths: readonly string[], to: string, owner: FileOwner): Promise<void> {
  const known = new Map<string, 'new' | 'old'>([['', 'old']])
  for (const path of paths) await makeParent(to, parentOf(path), path, owner, known)
  await eachOf(paths, filesAtOnce, async (path) => {
    if (known.get(parentOf(path)) === 'old') await clear(join(to, path), path)
    await copyOne(from, path, join(to, path), owner)
  })
}

const parentOf = (path: string): string => (path.includes('/') ? dirname(path) : '')

async function makeParent(
  to: string,
  parent: string,
  path: string,
  owner: FileOwner,
  known: Map<string, 'new' | 'old'>,
): Promise<void> {
  if (known.has(parent)) return
  await makeParent(to, parentOf(parent), path, owner, known)
  const place = join(to, parent)
  const there = await lstat(place).catch(() => null)
  if (there !== null && !there.isDirectory()) throw refuseExtraction(path, 'a parent is a link or a file')
  if (there === null) {
    await mkdir(place)
    if (owner !== null) await lchown(place, owner.uid, owner.gid)
  }
  known.set(parent, there === null ? 'new' : 'old')
}

async function clear(place: string, path: string): Promise<void> {
  const there = await lstat(place).catch(() => null)
  if (there?.isDirectory()) throw refuseExtraction(path, 'a folder of that name is there')
  if (there !== null) await unlink(place)
}

async function copyOne(from: string, path: string, place: string, owner: FileOwner): Promise<void> {
  const source = join(from, path)
  const stats = await lstat(source)
  if (stats.isSymbolicLink()) {
    const target = await readlink(source)
    if (!linkStaysInside(path, target)) return
    await symlink(target, place)
  } else if (stats.isFile()) await copyFile(source, place, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  else return
  if (owner !== null) await lchown(place, owner.uid, owner.gid)
}
