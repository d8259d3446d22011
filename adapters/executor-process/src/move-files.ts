import { lchown, lstat, mkdir, readdir, readlink, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { linkStaysInside, type FileSelection } from '@sluice/execution'
import type { FileOwner } from './extract-files.ts'

/** A selection that names whole files and folders; `null` where it has patterns. */
export function plainPaths({ paths, exclude, files = [] }: FileSelection): string[] | null {
  if (exclude.length > 0 || files.length > 0) return null
  const plain = paths.map((path) => path.split('/').filter((name) => name !== '' && name !== '.'))
  const isPlain = plain.every(
    (names) => names.length > 0 && !names.some((name) => name === '..' || /[*?[{]/.test(name)),
  )
  return isPlain ? outermost(plain.map((names) => names.join('/'))) : null
}

/** Without paths that lie below another one. */
function outermost(paths: readonly string[]): string[] {
  const all = new Set(paths)
  const isBelow = (path: string): boolean =>
    path.split('/').some((_, index, names) => index > 0 && all.has(names.slice(0, index).join('/')))
  return [...all].filter((path) => !isBelow(path))
}

/** Moves files and folders of a still folder into another, new one of the same disk. What is not there is passed over. */
export async function moveFiles(from: string, paths: readonly string[], to: string, owner: FileOwner): Promise<void> {
  for (const path of paths) {
    if (!(await isThere(from, path))) continue
    await makeParents(to, path.split('/').slice(0, -1), owner)
    await rename(join(from, path), join(to, path))
  }
  await tidy(to, '')
}

async function makeParents(to: string, names: readonly string[], owner: FileOwner): Promise<void> {
  let place = to
  for (const name of names) {
    place = join(place, name)
    const made = await mkdir(place, { recursive: true })
    if (made !== undefined && owner !== null) await lchown(place, owner.uid, owner.gid)
  }
}

/** Whether something is there, with no link on the way. */
async function isThere(from: string, path: string): Promise<boolean> {
  const names = path.split('/')
  for (const index of names.keys()) {
    const there = await lstat(join(from, ...names.slice(0, index + 1))).catch(() => null)
    if (there === null) return false
    if (index < names.length - 1 && !there.isDirectory()) return false
  }
  return true
}

/** Removes links that lead outside, and what is neither file, folder nor link. */
async function tidy(root: string, below: string): Promise<void> {
  for (const child of await readdir(join(root, below), { withFileTypes: true })) {
    const path = below === '' ? child.name : `${below}/${child.name}`
    const place = join(root, path)
    if (child.isDirectory()) await tidy(root, path)
    else if (child.isSymbolicLink() ? !linkStaysInside(path, await readlink(place)) : !child.isFile())
      await unlink(place)
  }
}
