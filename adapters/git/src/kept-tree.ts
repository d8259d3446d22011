import { createHash } from 'node:crypto'
import { copyFile, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { borrowObjects } from './borrow-objects.ts'
import { git, tryGit } from './git-program.ts'
import { updateKeptIndex, type FolderIndex } from './kept-index.ts'
import { readIndex, type IndexFile } from './read-index.ts'
import { findSurroundingCheckout } from './surrounding-checkout.ts'
import { trackedPaths } from './tracked-paths.ts'
import { withTemporaryIndex } from './write-commit.ts'
import { writeWhole } from './write-whole.ts'

/** Which content of a folder is wanted; see `ImportRequest`. */
interface FolderRequest {
  folder: string
  untracked?: boolean
  alwaysPaths?: readonly string[]
  borrow?: boolean
}

/** The content of a folder as a tree. */
export interface FolderTree {
  tree: string
  /** Paths that the checkout does not track and that were not wanted. */
  leftOut: string[]
  /** What the tree holds, where that is known. */
  files: IndexFile[] | null
}

const submoduleMode = '160000'

/** The tree of a folder by the index that is kept of it; `null` where that way cannot be gone. */
export async function keptTreeOf(gitDir: string, request: FolderRequest): Promise<FolderTree | null> {
  const { folder } = request
  const checkout = await findSurroundingCheckout(folder)
  const canBorrow = request.borrow === true && checkout?.prefix === ''
  const borrowed = canBorrow && (await borrowObjects(gitDir, checkout)) ? checkout : null
  const index = await updateKeptIndex(gitDir, folder, borrowed)
  if (index === null) return null
  const tracked =
    request.untracked === false ? await trackedOf(folder, checkout?.prefix === '' ? checkout.gitDir : null) : null
  const kept = tracked === null ? null : new Set([...tracked, ...(request.alwaysPaths ?? [])])
  const isKept = ({ path, mode }: IndexFile): boolean => mode !== submoduleMode && (kept === null || kept.has(path))
  const dropped = index.files.filter((file) => !isKept(file))
  const tree = await writeTree(
    gitDir,
    index,
    dropped.map(({ path }) => path),
    folder,
  )
  if (tree === null) return null
  const leftOut = dropped.filter(({ mode }) => mode !== submoduleMode).map(({ path }) => path)
  return { tree, leftOut, files: dropped.length === 0 ? index.files : index.files.filter(isKept) }
}

/** By the checkout's own index where the folder is its root, else as git lists it; `null` without a checkout. */
async function trackedOf(folder: string, checkoutGitDir: string | null): Promise<string[] | null> {
  const bytes = checkoutGitDir === null ? null : await readFile(join(checkoutGitDir, 'index')).catch(() => null)
  const files = bytes === null ? null : readIndex(bytes)
  return files === null ? trackedPaths(folder) : files.map(({ path }) => path)
}

/** The tree without some paths; the last one is kept beside the index. */
async function writeTree(
  gitDir: string,
  index: FolderIndex,
  dropped: readonly string[],
  folder: string,
): Promise<string | null> {
  const file = join(dirname(index.file), 'tree')
  const key = createHash('sha256')
    .update(`${index.digest}\0${dropped.join('\0')}`)
    .digest('hex')
  const [keptKey, keptTree] = (await readFile(file, 'utf8').catch(() => '')).split(' ')
  if (keptKey === key && keptTree !== undefined) return keptTree
  const tree =
    dropped.length === 0 ? await treeOf(gitDir, index.file) : await treeWithout(gitDir, index, dropped, folder)
  if (tree !== null) await writeWhole(file, `${key} ${tree}`)
  return tree
}

async function treeWithout(
  gitDir: string,
  index: FolderIndex,
  dropped: readonly string[],
  folder: string,
): Promise<string | null> {
  return withTemporaryIndex(gitDir, async (indexFile) => {
    await copyFile(index.file, indexFile)
    const args = ['update-index', '-z', '--force-remove', '--stdin']
    await git({ gitDir, indexFile, workTree: folder, args, input: `${dropped.join('\0')}\0` })
    return treeOf(gitDir, indexFile)
  })
}

async function treeOf(gitDir: string, indexFile: string): Promise<string | null> {
  const answer = await tryGit({ gitDir, indexFile, args: ['write-tree'] })
  return answer.status === 0 ? answer.stdout.toString('utf8').trim() : null
}
