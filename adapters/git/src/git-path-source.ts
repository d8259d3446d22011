import type { PathsAnswer, PathSource } from '@sluice/pipeline'
import { checkoutObjects } from './checkout-objects.ts'
import { tryGit, type GitAnswer } from './git-program.ts'
import type { GitRepository } from './git-repository.ts'
import { isRef } from './names.ts'
import { pathsSince } from './paths-since.ts'
import { findSurroundingCheckout, headCommitOf } from './surrounding-checkout.ts'

/** The commit that is planned, and the project that it is of. */
export interface PlannedCommit {
  repository: GitRepository
  commit: string
  /** Full path of the project, as `CI_PROJECT_PATH`. */
  projectPath: string
  defaultBranch: string
}

/** Where refs and the history before the commit are, when not in its own repository. */
interface History {
  gitDir: string
  /** Beside the objects of the commit's own repository. */
  env: Record<string, string>
  /** Whose history is compared: the commit itself, or the one that a folder's content stands on. */
  head: string
  /** Where the content lies in the history's trees; `''` at their root. */
  prefix: string
}

const unknownRef: PathsAnswer = { fault: 'the repository has no such branch, tag or commit' }
const noHistory: PathsAnswer = { fault: 'its history is not here, as in a shallow clone' }

/** What rules ask about paths, answered from the history of the project itself; other projects are out of reach. */
export class GitPathSource implements PathSource {
  readonly #planned: PlannedCommit
  readonly #history: History | null

  private constructor(planned: PlannedCommit, history: History | null) {
    this.#planned = planned
    this.#history = history
  }

  /** For a commit whose history lies in its own repository. */
  static ofRepository(planned: PlannedCommit): GitPathSource {
    const history = { gitDir: planned.repository.folder, env: {}, head: planned.commit, prefix: '' }
    return new GitPathSource(planned, history)
  }

  /**
   * For the content of a folder, whose history is that of the checkout around it. The checkout is only read, and nothing
   * of it is run. Without a checkout nothing can be compared.
   */
  static async ofFolder(planned: PlannedCommit, folder: string): Promise<GitPathSource> {
    const checkout = await findSurroundingCheckout(folder)
    if (checkout === null) return new GitPathSource(planned, null)
    const { gitDir, prefix } = checkout
    const head = await headCommitOf(checkout)
    if (head === null) return new GitPathSource(planned, null)
    return new GitPathSource(planned, { gitDir, env: checkoutObjects(checkout), head, prefix })
  }

  async changedSince(ref: string): Promise<PathsAnswer> {
    if (this.#history === null) return { fault: 'the folder lies in no Git checkout with a commit' }
    const other = await this.#commitOf(ref, this.#history)
    if (other === null) return unknownRef
    const base = await this.#tryHere(['merge-base', this.#history.head, other])
    // Nothing in common: GitLab takes that for no change at all.
    if (base.status === 1) return { paths: [] }
    if (base.status !== 0) return noHistory
    const { repository, commit: content } = this.#planned
    const { prefix, env } = this.#history
    const paths = await pathsSince(repository, { base: textOf(base), prefix, content, env })
    return paths === null ? noHistory : { paths }
  }

  async filesOf(project: string, ref: string | null): Promise<PathsAnswer> {
    const { projectPath, defaultBranch } = this.#planned
    if (project !== projectPath)
      return { fault: `only the files of "${projectPath}" itself can be looked at from here` }
    if (this.#history === null) return { fault: 'the folder lies in no Git checkout with a commit' }
    const commit = await this.#commitOf(ref ?? defaultBranch, this.#history)
    if (commit === null) return unknownRef
    const listed = await this.#tryHere(['ls-tree', '-r', '-z', '--name-only', `${commit}:${this.#history.prefix}`])
    const paths = listed.status === 0 ? listed.stdout.toString('utf8').split('\0') : []
    return { paths: paths.filter((path) => path !== '') }
  }

  /** The first that there is: a branch, a tag, a branch of the remote `origin`, an object name. */
  async #commitOf(ref: string, history: History): Promise<string | null> {
    for (const name of namesOf(ref)) {
      const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]
      const found = await tryGit({ gitDir: history.gitDir, args })
      if (found.status === 0) return textOf(found)
    }
    return null
  }

  #tryHere(args: readonly string[]): Promise<GitAnswer> {
    return tryGit({ gitDir: this.#planned.repository.folder, env: this.#history?.env ?? {}, args })
  }
}

function namesOf(ref: string): string[] {
  const full = /^refs\/(?:heads|tags|remotes)\/(.+)$/.exec(ref)?.[1]
  if (full !== undefined) return isRef(full) ? [ref] : []
  if (!isRef(ref)) return []
  const names = [`refs/heads/${ref}`, `refs/tags/${ref}`, `refs/remotes/origin/${ref}`]
  return /^[0-9a-f]{7,64}$/.test(ref) ? [...names, ref] : names
}

function textOf(answer: GitAnswer): string {
  return answer.stdout.toString('utf8').trim()
}
