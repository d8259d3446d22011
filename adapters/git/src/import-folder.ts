import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { SluiceError, type Clock } from '@sluice/kernel'
import type { CommitInfo } from './commit-info.ts'
import type { GitErrorCode } from './errors.ts'
import { git, gitText, lastWords, tryGit } from './git-program.ts'
import { keptTreeOf, type FolderTree } from './kept-tree.ts'
import { commitBehindTree, findSurroundingCheckout, type SurroundingCheckout } from './surrounding-checkout.ts'
import { trackedPaths } from './tracked-paths.ts'
import { moveBranch, submodulesIn, withTemporaryIndex, writeCommit } from './write-commit.ts'

export interface ImportRequest {
  folder: string
  branch: string
  clock: Clock
  /**
   * `false` leaves out what the checkout around the folder does not track, but for `alwaysPaths`. Default `true`: all
   * but what `.gitignore` names.
   */
  untracked?: boolean
  /** Paths from the folder on that are taken whether tracked or not. */
  alwaysPaths?: readonly string[]
  /**
   * `true`: objects of the checkout whose root the folder is are used where they are, and the repository then depends on
   * it. Default `false`: the repository has all of its objects itself.
   */
  borrow?: boolean
}

interface Origin {
  message: string
  author: { name: string; email: string }
  authoredAt: number
  committedAt: number
}

/** Makes the tree object of a folder's content, by the rules of `git add -A`. */
export async function treeOfFolder(gitDir: string, request: ImportRequest): Promise<FolderTree> {
  const { folder } = request
  const found = await stat(folder).catch(() => null)
  if (found === null || !found.isDirectory()) {
    throw new SluiceError<GitErrorCode>(
      'GIT_FOLDER_MISSING',
      `Cannot import folder "${folder}": it is ${found === null ? 'not there' : 'no folder'}`,
      { status: 422 },
    )
  }
  return (await keptTreeOf(gitDir, request)) ?? treeFromNothing(gitDir, request)
}

async function treeFromNothing(gitDir: string, request: ImportRequest): Promise<FolderTree> {
  const { folder } = request
  return withTemporaryIndex(gitDir, async (indexFile) => {
    const answer = await tryGit({ gitDir, indexFile, workTree: folder, cwd: folder, args: ['add', '-A', '--', '.'] })
    if (answer.status !== 0) {
      throw new SluiceError<GitErrorCode>(
        'GIT_FOLDER_UNREADABLE',
        `Cannot import folder "${folder}": ${lastWords(answer.stderr)}`,
        { status: 422 },
      )
    }
    const leftOut = request.untracked === false ? await dropUntracked(gitDir, indexFile, request) : []
    await dropSubmodules(gitDir, indexFile, folder)
    return { tree: await gitText({ gitDir, indexFile, args: ['write-tree'] }), leftOut, files: null }
  })
}

/** Writes the commit for a tree that differs from the branch's; the origin of the change is looked up outside. */
export async function commitTree(
  gitDir: string,
  request: ImportRequest,
  tree: string,
  tip: CommitInfo | null,
): Promise<string> {
  const origin = await originOf(gitDir, request, tree)
  const parents = tip === null ? [] : [tip.commit]
  const commit = await writeCommit(gitDir, { tree, parents, ...origin })
  await moveBranch(gitDir, request.branch, commit, tip?.commit ?? null)
  return commit
}

async function originOf(gitDir: string, request: ImportRequest, tree: string): Promise<Origin> {
  const checkout = await findSurroundingCheckout(request.folder)
  const behind = checkout === null ? null : await commitBehindTree(checkout, tree, gitDir)
  if (behind === null) return localOrigin(request, checkout)
  return {
    message: behind.message.trim() === '' ? `Import of ${nameOf(request.folder)}` : behind.message,
    author: { name: behind.author, email: behind.authorEmail },
    authoredAt: behind.authoredAt,
    committedAt: behind.committedAt,
  }
}

function localOrigin(request: ImportRequest, checkout: SurroundingCheckout | null): Origin {
  const now = request.clock.now()
  const name = nameOf(request.folder)
  return {
    message: checkout === null ? `Import of ${name}` : `Local changes in ${name}`,
    author: { name: 'Sluice', email: 'sluice@localhost' },
    authoredAt: now,
    committedAt: now,
  }
}

/** Without a checkout around the folder nothing is tracked, and all of it stays. */
async function dropUntracked(gitDir: string, indexFile: string, request: ImportRequest): Promise<string[]> {
  const { folder } = request
  const tracked = await trackedPaths(folder)
  if (tracked === null) return []
  const kept = new Set([...tracked, ...(request.alwaysPaths ?? [])])
  const listed = (await git({ gitDir, indexFile, args: ['ls-files', '-z'] })).toString('utf8').split('\0')
  const dropped = listed.filter((path) => path !== '' && !kept.has(path))
  if (dropped.length === 0) return []
  const args = ['update-index', '-z', '--force-remove', '--stdin']
  await git({ gitDir, indexFile, workTree: folder, args, input: `${dropped.join('\0')}\0` })
  return dropped
}

/** A repository inside the folder cannot be fetched by a job; its entry is left out. */
async function dropSubmodules(gitDir: string, indexFile: string, folder: string): Promise<void> {
  const paths = await submodulesIn(gitDir, indexFile)
  if (paths.length === 0) return
  await git({
    gitDir,
    indexFile,
    workTree: folder,
    args: ['update-index', '-z', '--force-remove', '--stdin'],
    input: `${paths.join('\0')}\0`,
  })
}

function nameOf(folder: string): string {
  return basename(resolve(folder)) || 'folder'
}
