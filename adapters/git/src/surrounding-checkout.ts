import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { SluiceError } from '@sluice/kernel'
import { checkoutObjects } from './checkout-objects.ts'
import { commitFormat, readCommits, type CommitInfo } from './commit-info.ts'
import { gitText, tryGit } from './git-program.ts'
import { keptByKey } from './kept-by-key.ts'
import { isObjectName } from './names.ts'

/** The Git checkout that a folder lies in. */
export interface SurroundingCheckout {
  /** Path of the folder inside the checkout, `''` for its root. */
  prefix: string
  gitDir: string
  /** Where its objects are; another folder for a linked worktree. */
  commonDir: string
}

/** Looks for `.git` from the folder upward, as git does but whoever owns it: nothing of it is ever run. */
export async function findSurroundingCheckout(folder: string): Promise<SurroundingCheckout | null> {
  const start = await realpath(folder)
  for (let at = start; ; at = dirname(at)) {
    const gitDir = await gitDirAt(join(at, '.git'))
    if (gitDir !== null) {
      const prefix = relative(at, start).split(sep).join('/')
      return { prefix, gitDir, commonDir: await commonDirOf(gitDir) }
    }
    if (dirname(at) === at) return null
  }
}

/**
 * The newest commit of the checkout that touched the folder, when the checkout's HEAD holds just this `tree` there;
 * `null` when the folder has local changes, and when there is nothing to be learned (no commit yet, objects missing or in
 * another format).
 * Reads the checkout's objects only, through the platform's own repository, so that no setting of the checkout counts.
 */
export async function commitBehindTree(
  checkout: SurroundingCheckout,
  tree: string,
  ownGitDir: string,
): Promise<CommitInfo | null> {
  const commit = await headCommitOf(checkout)
  if (commit === null) return null
  return keptByKey(ownGitDir, 'behind', `${commit}:${checkout.prefix}:${tree}`, async () =>
    commitBehind(commit, checkout, tree, ownGitDir).catch(nothingToLearn),
  )
}

function nothingToLearn(error: unknown): null {
  if (error instanceof SluiceError && error.code === 'GIT_FAILED') return null
  throw error
}

async function commitBehind(
  commit: string,
  checkout: SurroundingCheckout,
  tree: string,
  ownGitDir: string,
): Promise<CommitInfo | null> {
  const reading = { gitDir: ownGitDir, env: checkoutObjects(checkout) }
  const there = await tryGit({
    ...reading,
    args: ['rev-parse', '--verify', '--quiet', `${commit}:${checkout.prefix}`],
  })
  if (there.status !== 0 || there.stdout.toString('utf8').trim() !== tree) return null
  const paths = checkout.prefix === '' ? [] : ['--', checkout.prefix]
  const log = await gitText({ ...reading, args: ['log', '-z', '-1', commitFormat, commit, ...paths] })
  return readCommits(log)[0] ?? null
}

/** What HEAD names: by the files where they say it, else by git. */
export async function headCommitOf({ gitDir, commonDir }: SurroundingCheckout): Promise<string | null> {
  const head = (await readFile(join(gitDir, 'HEAD'), 'utf8').catch(() => '')).trim()
  const ref = /^ref: (refs\/heads\/[^\0]+)$/.exec(head)?.[1]
  const named = ref === undefined ? head : await commitOfRef(commonDir, ref)
  if (isObjectName(named)) return named
  const answer = await tryGit({ gitDir, args: ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'] })
  return answer.status === 0 ? answer.stdout.toString('utf8').trim() : null
}

/** A file of its own, else a line of the packed ones. */
async function commitOfRef(commonDir: string, ref: string): Promise<string> {
  const own = await readFile(join(commonDir, ref), 'utf8').catch(() => null)
  if (own !== null) return own.trim()
  const packed = await readFile(join(commonDir, 'packed-refs'), 'utf8').catch(() => '')
  return (
    packed
      .split('\n')
      .find((line) => line.endsWith(` ${ref}`))
      ?.split(' ')[0] ?? ''
  )
}

async function gitDirAt(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null)
  if (found === null) return null
  if (found.isDirectory()) return (await stat(join(path, 'HEAD')).catch(() => null)) === null ? null : path
  const text = await readFile(path, 'utf8').catch(() => '')
  const named = /^gitdir: (.+)$/m.exec(text)?.[1]
  return named === undefined ? null : resolve(dirname(path), named.trim())
}

async function commonDirOf(gitDir: string): Promise<string> {
  const text = await readFile(join(gitDir, 'commondir'), 'utf8').catch(() => null)
  return text === null ? gitDir : resolve(gitDir, text.trim())
}
