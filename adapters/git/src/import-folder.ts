import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { SluiceError, type Clock } from '@sluice/kernel'
import type { CommitInfo } from './commit-info.ts'
import type { GitErrorCode } from './errors.ts'
import { git, gitText, lastWords, tryGit } from './git-program.ts'
import { commitBehindTree, findSurroundingCheckout, type SurroundingCheckout } from './surrounding-checkout.ts'
import { moveBranch, submodulesIn, withTemporaryIndex, writeCommit } from './write-commit.ts'

export interface ImportRequest {
  folder: string
  branch: string
  clock: Clock
}

interface Origin {
  message: string
  author: { name: string; email: string }
  authoredAt: number
  committedAt: number
}

/** Makes the tree object of a folder's content, by the rules of `git add -A`. */
export async function treeOfFolder(gitDir: string, folder: string): Promise<string> {
  const found = await stat(folder).catch(() => null)
  if (found === null || !found.isDirectory()) {
    throw new SluiceError<GitErrorCode>(
      'GIT_FOLDER_MISSING',
      `Cannot import folder "${folder}": it is ${found === null ? 'not there' : 'no folder'}`,
      { status: 422 },
    )
  }
  return withTemporaryIndex(gitDir, async (indexFile) => {
    const answer = await tryGit({ gitDir, indexFile, workTree: folder, cwd: folder, args: ['add', '-A', '--', '.'] })
    if (answer.status !== 0) {
      throw new SluiceError<GitErrorCode>(
        'GIT_FOLDER_UNREADABLE',
        `Cannot import folder "${folder}": ${lastWords(answer.stderr)}`,
        { status: 422 },
      )
    }
    await dropSubmodules(gitDir, indexFile, folder)
    return gitText({ gitDir, indexFile, args: ['write-tree'] })
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
  const behind = checkout === null ? null : await commitBehindTree(checkout, tree, gitDir).catch(nothingToLearn)
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

/** A checkout in another object format, or with objects missing, tells nothing; the import goes on without it. */
function nothingToLearn(error: unknown): null {
  if (error instanceof SluiceError && error.code === 'GIT_FAILED') return null
  throw error
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
