import { SluiceError } from '@sluice/kernel'
import type { GitErrorCode } from './errors.ts'
import { git, gitText, lastWords, tryGit } from './git-program.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'

export interface NewCommit {
  tree: string
  parents: readonly string[]
  message: string
  author: { name: string; email: string }
  /** Milliseconds since 1970; git keeps whole seconds. */
  authoredAt: number
  committedAt: number
}

/** Writes a commit object and moves no ref. */
export async function writeCommit(gitDir: string, commit: NewCommit): Promise<string> {
  return gitText({
    gitDir,
    args: ['commit-tree', commit.tree, ...commit.parents.flatMap((parent) => ['-p', parent]), '-F', '-'],
    input: `${commit.message.trimEnd()}\n`,
    env: {
      GIT_AUTHOR_NAME: cleanName(commit.author.name),
      GIT_AUTHOR_EMAIL: cleanName(commit.author.email),
      GIT_AUTHOR_DATE: `${Math.floor(commit.authoredAt / 1000)} +0000`,
      GIT_COMMITTER_NAME: 'Sluice',
      GIT_COMMITTER_EMAIL: 'sluice@localhost',
      GIT_COMMITTER_DATE: `${Math.floor(commit.committedAt / 1000)} +0000`,
    },
  })
}

/**
 * Moves a branch from `before` (`null`: it must not be there) to `commit`, or not at all.
 * @throws SluiceError GIT_REF_MOVED
 */
export async function moveBranch(gitDir: string, branch: string, commit: string, before: string | null): Promise<void> {
  const none = '0'.repeat(commit.length)
  const answer = await tryGit({ gitDir, args: ['update-ref', `refs/heads/${branch}`, commit, before ?? none] })
  if (answer.status === 0) return
  throw new SluiceError<GitErrorCode>('GIT_REF_MOVED', `Cannot move branch "${branch}": ${lastWords(answer.stderr)}`, {
    status: 409,
  })
}

/** Runs `work` with a new, empty index that is removed after. */
export async function withTemporaryIndex<T>(gitDir: string, work: (indexFile: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(gitDir, 'sluice-index-'))
  try {
    return await work(join(folder, 'index'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Paths of the submodule entries (mode 160000) of an index. */
export async function submodulesIn(gitDir: string, indexFile: string): Promise<string[]> {
  const output = (await git({ gitDir, indexFile, args: ['ls-files', '--stage', '-z'] })).toString('utf8')
  return output
    .split('\0')
    .filter((entry) => entry.startsWith('160000 '))
    .map((entry) => entry.slice(entry.indexOf('\t') + 1))
}

/** Names and addresses must not hold what ends them in a commit object. */
function cleanName(text: string): string {
  const clean = Array.from(text, (character) => (character < ' ' || '<>'.includes(character) ? ' ' : character))
    .join('')
    .trim()
  return clean === '' ? 'unknown' : clean
}
