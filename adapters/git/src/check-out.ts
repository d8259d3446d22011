import {
  chmodSync,
  constants,
  copyFileSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs'
import { lchown, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { git } from './git-program.ts'
import type { IndexFile } from './read-index.ts'

export interface CheckOutRequest {
  commit: string
  /** Name of the branch that is checked out. */
  branch: string
  /** A folder where nothing is yet. */
  to: string
  /** The folder that the commit was made of, and what it holds; `null`: every file is taken out of the repository. */
  origin: { folder: string; files: readonly IndexFile[] } | null
  /** Whose the files shall be; `null` leaves them to the current user. */
  owner: { uid: number; gid: number } | null
  /** Folder of objects that the repository borrows, as the reader of the checkout will see it; `null`: all are copied. */
  objectsSeenAt: string | null
}

const modifiedNsOf = (file: IndexFile): bigint => BigInt(file.modifiedS) * 1_000_000_000n + BigInt(file.modifiedNs)

const modeOf = (file: IndexFile): number => (file.mode === '100755' ? 0o755 : 0o644)

/**
 * Writes a commit of a repository of ours as a checkout: its files, and a `.git` with this commit alone where objects are
 * copied, with the history behind it where they are borrowed. Files are copied from where the commit was made of, as that
 * takes no longer than `cp`: 10,000 files of 10 kB 0.2 s, out of objects 0.8 s. Nothing of the machine's or the user's
 * settings, and no hook, takes part.
 */
export async function checkOut(gitDir: string, request: CheckOutRequest): Promise<void> {
  const { to, owner, commit, origin } = request
  await mkdir(to, { recursive: true, mode: 0o755 })
  const isCopied = origin !== null && copyFiles(origin, to, owner)
  if (!isCopied) await rm(to, { recursive: true, force: true })
  await mkdir(join(to, '.git'), { recursive: true })
  const indexFile = join(to, '.git', 'index')
  await writeGitFolder(gitDir, request)
  await git({ gitDir, indexFile, args: ['read-tree', commit] })
  if (!isCopied) await git({ gitDir, indexFile, workTree: to, cwd: to, args: ['checkout-index', '--all', '--force'] })
  if (owner !== null) await giveTo(isCopied ? join(to, '.git') : to, owner)
  if (owner !== null) lchownSync(to, owner.uid, owner.gid)
}

/** @returns `false` when a file is not any more as it was when the commit was made */
function copyFiles(
  { folder, files }: { folder: string; files: readonly IndexFile[] },
  to: string,
  owner: CheckOutRequest['owner'],
): boolean {
  const made = new Set([''])
  for (const file of files) {
    makeParents(to, file.path, made, owner)
    const place = join(to, file.path)
    if (!copyFile(join(folder, file.path), place, file)) return false
    if (owner !== null) lchownSync(place, owner.uid, owner.gid)
  }
  return true
}

function makeParents(to: string, path: string, made: Set<string>, owner: CheckOutRequest['owner']): void {
  const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')))
  if (made.has(parent)) return
  makeParents(to, parent, made, owner)
  mkdirSync(join(to, parent), 0o755)
  if (owner !== null) lchownSync(join(to, parent), owner.uid, owner.gid)
  made.add(parent)
}

function copyFile(from: string, place: string, file: IndexFile): boolean {
  try {
    if (file.mode === '120000') symlinkSync(readlinkSync(from), place)
    else copyFileSync(from, place, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    const found = lstatSync(from, { bigint: true })
    if (found.mtimeNs !== modifiedNsOf(file) || found.isSymbolicLink() !== (file.mode === '120000')) return false
    if (file.mode !== '120000' && (Number(found.mode) & 0o777) !== modeOf(file)) chmodSync(place, modeOf(file))
    return true
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EINVAL'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}

/** A file of settings, as `git init` and `git clone` write it. */
const settings = '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n'

async function writeGitFolder(gitDir: string, { to, commit, branch, objectsSeenAt }: CheckOutRequest): Promise<void> {
  const own = join(to, '.git')
  const ref = join(own, 'refs', 'heads', branch)
  for (const folder of [
    join(own, 'objects', 'info'),
    join(own, 'objects', 'pack'),
    join(own, 'refs', 'tags'),
    join(ref, '..'),
  ])
    await mkdir(folder, { recursive: true })
  await writeFile(join(own, 'HEAD'), `ref: refs/heads/${branch}\n`)
  await writeFile(join(own, 'config'), settings)
  await writeFile(ref, `${commit}\n`)
  const isBorrowed = objectsSeenAt !== null
  if (isBorrowed) await writeFile(join(own, 'objects', 'info', 'alternates'), `${objectsSeenAt}\n`)
  await writeShallow(gitDir, own, commit, isBorrowed)
  const local = isBorrowed ? ['--local'] : []
  const args = ['pack-objects', '--revs', '--shallow', '-q', ...local, join(own, 'objects', 'pack', 'pack')]
  await git({ gitDir, args, input: `--shallow ${commit}\n${commit}\n`, timeoutMs: 120_000 })
}

/** Where history ends: here, or where that of the borrowed objects does. */
async function writeShallow(gitDir: string, own: string, commit: string, isBorrowed: boolean): Promise<void> {
  const alternates = isBorrowed ? await readFile(join(gitDir, 'objects', 'info', 'alternates'), 'utf8') : ''
  const theirs = await readFile(join(alternates.trim(), '..', 'shallow'), 'utf8').catch(() => '')
  const isTheirs = isBorrowed && (await isIn(alternates.trim(), commit))
  if (!isTheirs) await writeFile(join(own, 'shallow'), `${commit}\n${theirs}`)
  else if (theirs !== '') await writeFile(join(own, 'shallow'), theirs)
}

/** Whether a repository's own objects have a commit. */
async function isIn(objects: string, commit: string): Promise<boolean> {
  const loose = join(objects, commit.slice(0, 2), commit.slice(2))
  if ((await stat(loose).catch(() => null)) !== null) return true
  const answer = await git({ gitDir: join(objects, '..'), args: ['cat-file', '--batch-check'], input: `${commit}\n` })
  return /^[0-9a-f]+ commit /.test(answer.toString('utf8'))
}

async function giveTo(folder: string, owner: NonNullable<CheckOutRequest['owner']>): Promise<void> {
  await lchown(folder, owner.uid, owner.gid)
  for (const child of await readdir(folder, { withFileTypes: true })) {
    const place = join(folder, child.name)
    if (child.isDirectory()) await giveTo(place, owner)
    else await lchown(place, owner.uid, owner.gid)
  }
}
