import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SluiceError } from '@sluice/kernel'
import { checkOut, type CheckOutRequest } from './check-out.ts'
import { commitFormat, readCommits, type CommitInfo } from './commit-info.ts'
import type { GitErrorCode } from './errors.ts'
import { git, gitText, tryGit } from './git-program.ts'
import { commitTree, treeOfFolder, type ImportRequest } from './import-folder.ts'
import { keepCommit, readKeptCommit } from './kept-commit.ts'
import { checkedPath, checkedRef, isObjectName } from './names.ts'
import { treeWithPatch, type ChangeProposal } from './propose-change.ts'
import type { IndexFile } from './read-index.ts'
import type { TreeFile } from './tree-file.ts'
import { moveBranch, writeCommit } from './write-commit.ts'

export interface ImportedFolder {
  commit: string
  /** A new commit was made. */
  changed: boolean
  title: string
  author: string
  /** Milliseconds since 1970. */
  committedAt: number
  /** Paths that the checkout does not track and that were not wanted; see `ImportRequest.untracked`. */
  leftOut: string[]
  /** What the commit holds, as far as it is known without asking git for it. */
  files: readonly IndexFile[] | null
}

export interface ProposedChange {
  commit: string
  branch: string
  /** Of the base that it stands on. */
  base: string
  changed: boolean
}

const knownCommitsMax = 100

const defaultMaxFileBytes = 5 * 1024 * 1024

/** Left out of every import, beside what the folder's own `.gitignore` names. */
const neverImported = ['node_modules/', '.sluice/']

/** A bare repository of the platform, used through the program `git`. Many processes may read and write it at once. */
export class GitRepository {
  readonly folder: string
  /** Commits never change. */
  readonly #infos = new Map<string, CommitInfo>()

  private constructor(folder: string) {
    this.folder = folder
  }

  /**
   * Opens the bare repository in `folder`, or makes one there.
   * @throws SluiceError GIT_MISSING, GIT_REPOSITORY_CORRUPT, GIT_DISK_FULL
   */
  static async openOrCreate(folder: string): Promise<GitRepository> {
    const isThere = (await stat(join(folder, 'HEAD')).catch(() => null)) !== null
    if (!isThere) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await git({ args: ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', folder] })
    }
    if (!(await isBareRepository(folder))) {
      throw new SluiceError<GitErrorCode>(
        'GIT_REPOSITORY_CORRUPT',
        `Cannot open repository "${folder}": it is no bare Git repository`,
      )
    }
    await mkdir(join(folder, 'info'), { recursive: true })
    await writeFile(join(folder, 'info', 'exclude'), `${neverImported.join('\n')}\n`)
    return new GitRepository(folder)
  }

  /**
   * Takes the content of a folder as the newest state of a branch: a new commit when its tree differs from the
   * branch's, else nothing. The folder's `.gitignore` counts; `.git`, `node_modules` and repositories inside it stay
   * out. Title, author and dates are those of the newest commit that touched the folder, where a checkout surrounds it
   * whose HEAD holds just this content; else "Import of …" or "Local changes in …" and the clock.
   */
  async importFolder(request: ImportRequest): Promise<ImportedFolder> {
    checkedRef(request.branch)
    const { tree, leftOut, files } = await treeOfFolder(this.folder, request)
    const kept = await readKeptCommit(this.folder, request.branch)
    const tip = kept?.tree === tree ? kept : await this.#tip(request.branch)
    const changed = tip?.tree !== tree
    const commit = changed ? await commitTree(this.folder, request, tree, tip) : tip.commit
    if (tip !== null && !changed) this.#infos.set(commit, tip)
    const info = await this.commitInfo(commit)
    if (kept?.commit !== commit) await keepCommit(this.folder, request.branch, info)
    return { commit, changed, title: info.title, author: info.author, committedAt: info.committedAt, leftOut, files }
  }

  /**
   * Commits a patch on top of `base` and points `branch` at it, whatever it pointed at before. The same patch, title
   * and author on the same base again gives the commit that is there (`changed: false`); else the clock dates it.
   * @throws SluiceError GIT_PATCH_REFUSED, GIT_REF_UNKNOWN, GIT_REF_REFUSED
   */
  async proposeChange(proposal: ChangeProposal): Promise<ProposedChange> {
    const branch = checkedRef(proposal.branch)
    if (branch === proposal.base) {
      throw new SluiceError<GitErrorCode>(
        'GIT_REF_REFUSED',
        `Cannot propose a change on branch "${branch}": it is its own base; wanted another branch`,
        { status: 422 },
      )
    }
    const base = await this.commitInfo(await this.resolve(proposal.base))
    const tree = await treeWithPatch(this.folder, base, proposal.patch)
    const tip = await this.#tip(branch)
    if (tip !== null && isSameChange(tip, base, tree, proposal))
      return { commit: tip.commit, branch, base: base.commit, changed: false }
    const now = proposal.clock.now()
    const commit = await writeCommit(this.folder, {
      tree,
      parents: [base.commit],
      message: proposal.title,
      author: proposal.author,
      authoredAt: now,
      committedAt: now,
    })
    await moveBranch(this.folder, branch, commit, tip?.commit ?? null)
    return { commit, branch, base: base.commit, changed: true }
  }

  /** The commit of a branch, a tag, or a full commit name. @throws SluiceError GIT_REF_UNKNOWN */
  async resolve(ref: string): Promise<string> {
    const commit = await this.find(ref)
    if (commit !== null) return commit
    throw new SluiceError<GitErrorCode>(
      'GIT_REF_UNKNOWN',
      `Cannot find ref "${ref}": the repository has no such branch, tag or commit`,
      { status: 404 },
    )
  }

  /** As `resolve`, `null` where there is none. A branch wins over a tag of the same name. */
  async find(ref: string): Promise<string | null> {
    const candidates = isObjectName(ref) ? [ref] : [`refs/heads/${checkedRef(ref)}`, `refs/tags/${ref}`]
    for (const candidate of candidates) {
      const args = ['rev-parse', '--verify', '--quiet', `${candidate}^{commit}`]
      const answer = await tryGit({ gitDir: this.folder, args })
      if (answer.status === 0) return answer.stdout.toString('utf8').trim()
    }
    return null
  }

  /** A file's text as of a commit; `null` where there is no such file (a folder, a link are none). */
  async readFile(commit: string, path: string, maxBytes = defaultMaxFileBytes): Promise<string | null> {
    const args = ['ls-tree', '-z', '-l', checkedCommit(commit), '--', checkedPath(path)]
    const entries = readTree((await git({ gitDir: this.folder, args })).toString('utf8'))
    const file = entries.find((entry) => entry.path === path && entry.mode !== '120000')
    return file === undefined ? null : (await this.readBlob(file, maxBytes)).toString('utf8')
  }

  /** The content of a listed file. @throws SluiceError GIT_FILE_TOO_LARGE */
  async readBlob(file: TreeFile, maxBytes = defaultMaxFileBytes): Promise<Buffer> {
    if (file.sizeBytes > maxBytes) {
      throw new SluiceError<GitErrorCode>(
        'GIT_FILE_TOO_LARGE',
        `Cannot read file "${file.path}": it has ${file.sizeBytes} bytes, ${maxBytes} at most are allowed`,
        { status: 422 },
      )
    }
    return git({ gitDir: this.folder, args: ['cat-file', 'blob', file.blob], maxOutputBytes: maxBytes + 1024 })
  }

  /** Paths of all files of a commit, sorted by bytes. */
  async listFiles(commit: string): Promise<string[]> {
    return (await this.listTree(commit)).map((file) => file.path)
  }

  /** All files of a commit with mode, blob and size. */
  async listTree(commit: string): Promise<TreeFile[]> {
    const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', checkedCommit(commit)]
    return readTree((await git({ gitDir: this.folder, args })).toString('utf8'))
  }

  /** Paths that differ between two commits, a rename as both its paths; `before: null` means all files. */
  async changedPaths(before: string | null, commit: string): Promise<string[]> {
    if (before === null) return this.listFiles(commit)
    const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', checkedCommit(before), checkedCommit(commit)]
    const output = (await git({ gitDir: this.folder, args })).toString('utf8')
    return output.split('\0').filter((path) => path !== '')
  }

  async commitInfo(commit: string): Promise<CommitInfo> {
    const known = this.#infos.get(commit)
    if (known !== undefined) return known
    const args = ['log', '-z', '-1', '--no-walk', commitFormat, checkedCommit(commit)]
    const [info] = readCommits(await gitText({ gitDir: this.folder, args }))
    if (info === undefined) throw new SluiceError<GitErrorCode>('GIT_REF_UNKNOWN', `Cannot read commit "${commit}"`)
    if (this.#infos.size < knownCommitsMax) this.#infos.set(commit, info)
    return info
  }

  /** Folder of the objects that this repository borrows, see `ImportRequest.borrow`; `null` where it borrows none. */
  async borrowedObjects(): Promise<string | null> {
    const file = join(this.folder, 'objects', 'info', 'alternates')
    const objects = (await readFile(file, 'utf8').catch(() => '')).trim()
    return objects !== '' && (await stat(objects).catch(() => null)) !== null ? objects : null
  }

  /** Writes a commit as a checkout with a `.git` of its own. */
  async checkOut(request: CheckOutRequest): Promise<void> {
    await checkOut(this.folder, request)
  }

  /** Commits that `after` has and `before` has not, newest first, `limit` (1000) at most. */
  async commitsBetween(before: string | null, after: string, limit = 1000): Promise<CommitInfo[]> {
    const excluded = before === null ? [] : [`^${checkedCommit(before)}`]
    const args = ['log', '-z', `--max-count=${limit}`, commitFormat, checkedCommit(after), ...excluded]
    return readCommits(await gitText({ gitDir: this.folder, args }))
  }

  async #tip(branch: string): Promise<CommitInfo | null> {
    const args = ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}^{commit}`]
    const answer = await tryGit({ gitDir: this.folder, args })
    return answer.status === 0 ? this.commitInfo(answer.stdout.toString('utf8').trim()) : null
  }
}

/** By its files, which costs no process. */
async function isBareRepository(folder: string): Promise<boolean> {
  const isFolder = async (name: string): Promise<boolean> =>
    (await stat(join(folder, name)).catch(() => null))?.isDirectory() === true
  const config = await readFile(join(folder, 'config'), 'utf8').catch(() => '')
  return /^\s*bare\s*=\s*true\s*$/m.test(config) && (await isFolder('objects')) && (await isFolder('refs'))
}

function isSameChange(tip: CommitInfo, base: CommitInfo, tree: string, proposal: ChangeProposal): boolean {
  return (
    tip.tree === tree &&
    tip.parents.length === 1 &&
    tip.parents[0] === base.commit &&
    tip.message === proposal.title.trimEnd() &&
    tip.author === proposal.author.name &&
    tip.authorEmail === proposal.author.email
  )
}

function checkedCommit(commit: string): string {
  if (isObjectName(commit)) return commit
  throw new SluiceError<GitErrorCode>('GIT_REF_REFUSED', `Cannot use commit "${commit}": wanted its full name`, {
    status: 422,
  })
}

/** Reads `ls-tree -z -l`: `mode type object size<TAB>path<NUL>`. */
function readTree(output: string): TreeFile[] {
  return output
    .split('\0')
    .filter((entry) => entry !== '')
    .flatMap((entry) => {
      const tab = entry.indexOf('\t')
      const [mode = '', type, blob = '', size] = entry.slice(0, tab).split(/ +/)
      return type === 'blob' ? [{ path: entry.slice(tab + 1), mode, blob, sizeBytes: Number(size) }] : []
    })
}
