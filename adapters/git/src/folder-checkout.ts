import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkoutObjects } from './checkout-objects.ts'
import type { CommitInfo } from './commit-info.ts'
import { tryGit } from './git-program.ts'
import type { GitRepository } from './git-repository.ts'
import { pathOfAddress } from './path-of-address.ts'
import { pathsSince } from './paths-since.ts'
import { serverOfRemote, type ProjectServer } from './project-server.ts'
import { readHead, type CheckoutHead } from './read-head.ts'
import { readOrigin } from './read-origin.ts'
import { readRefs, type Ref } from './read-refs.ts'
import { commitBehindTree, findSurroundingCheckout, type SurroundingCheckout } from './surrounding-checkout.ts'

/** An annotated tag's name and text; `message` is empty for a tag that is but a name. */
export interface CheckoutTag {
  name: string
  message: string
  /** The commit that it names. */
  commit: string
}

/** How the content of a folder differs from what its checkout had before. */
export interface FolderChange {
  /** The commit that holds just this content, `null` where the folder has changes that are not committed. */
  commit: CommitInfo | null
  /** What the change is compared with; `null`: nothing is there to compare with. */
  base: string | null
  /** Paths from the folder on, a rename as both its paths; `null` when `base` is. */
  paths: string[] | null
}

/**
 * The checkout that a folder lies in, as far as it tells what a change of the folder is. Nothing is written there, and
 * nothing of it is run.
 */
export class FolderCheckout {
  readonly #checkout: SurroundingCheckout
  readonly #refs: ReadonlyMap<string, string>
  /** Branch that is checked out; `null` where HEAD names a commit. */
  readonly branch: string | null
  /** The remote's default branch, else `main` or `master` where there is one, else the branch that is checked out. */
  readonly defaultBranch: string
  /** `null` before the first commit. */
  readonly head: CheckoutHead | null
  /** `group/project` by the address of the remote `origin`; `null` without one and for a folder below the root. */
  readonly projectPath: string | null
  /** The server of the remote `origin`, where its projects are; `null` without one. */
  readonly server: ProjectServer | null

  private constructor(
    checkout: SurroundingCheckout,
    found: Pick<FolderCheckout, 'branch' | 'head' | 'projectPath' | 'server'> & { refs: readonly Ref[] },
  ) {
    this.#checkout = checkout
    this.#refs = new Map(found.refs.map(({ name, commit }) => [name, commit]))
    this.branch = found.branch
    this.head = found.head
    this.projectPath = found.projectPath
    this.server = found.server
    this.defaultBranch = defaultBranchOf(found.refs, found.branch)
  }

  /**
   * Looks at the checkout around a folder; `null` where there is none.
   * @param repository remembers what does not change while HEAD stays, so that git need not be asked again
   */
  static async find(folder: string, repository: GitRepository | null = null): Promise<FolderCheckout | null> {
    const checkout = await findSurroundingCheckout(folder)
    if (checkout === null) return null
    const [branch, head, refs, origin] = await Promise.all([
      readBranch(checkout),
      readHead(checkout, repository?.folder ?? null),
      readBranches(checkout),
      readOrigin(checkout),
    ])
    const projectPath = checkout.prefix === '' ? pathOfAddress(origin) : null
    return new FolderCheckout(checkout, { branch, head, refs, projectPath, server: serverOfRemote(origin) })
  }

  /** All tags, by name. */
  tags(): Promise<CheckoutTag[]> {
    return readTags(this.#checkout)
  }

  /** The commit of a branch, of this checkout or of its remote `origin`, whichever is there first. */
  commitOfBranch(branch: string): string | null {
    return this.#refs.get(`refs/heads/${branch}`) ?? this.#refs.get(`refs/remotes/origin/${branch}`) ?? null
  }

  /**
   * What changed. With `against`, since the newest commit that the checkout's HEAD shares with that branch; without,
   * since the parent of HEAD, or since HEAD where the folder has changes that are not committed.
   * @param tree the folder's content, as an object of `repository`
   */
  async change(repository: GitRepository, tree: string, against: string | null): Promise<FolderChange> {
    const commit = await commitBehindTree(this.#checkout, tree, repository.folder)
    const base = await this.#baseOf(repository, commit !== null, against)
    if (base === null) return { commit, base, paths: null }
    const { prefix } = this.#checkout
    const compared = { base, prefix, content: tree, env: checkoutObjects(this.#checkout) }
    return { commit, base, paths: await pathsSince(repository, compared) }
  }

  async #baseOf(repository: GitRepository, isCommitted: boolean, against: string | null): Promise<string | null> {
    if (this.head === null) return null
    if (against === null) return isCommitted ? (this.head.parents[0] ?? null) : this.head.commit
    const other = this.commitOfBranch(against)
    if (other === null) return null
    const env = checkoutObjects(this.#checkout)
    const args = ['merge-base', this.head.commit, other]
    const answer = await tryGit({ gitDir: repository.folder, env, args })
    return answer.status === 0 ? answer.stdout.toString('utf8').trim() : null
  }
}

async function readBranch({ gitDir }: SurroundingCheckout): Promise<string | null> {
  const text = await readFile(join(gitDir, 'HEAD'), 'utf8').catch(() => '')
  return /^ref: refs\/heads\/(.+)$/m.exec(text)?.[1]?.trim() ?? null
}

/** Bounds what is read of a checkout with a great many refs: of those beyond, by name, nothing is known. */
const refsMax = 20_000

const branchFolders = ['refs/heads', 'refs/remotes/origin']

async function readBranches(checkout: SurroundingCheckout): Promise<Ref[]> {
  return (await readRefs(checkout, branchFolders)) ?? askForRefs(checkout)
}

/** Names alone: no object is looked up for them, however many there are. */
async function askForRefs({ gitDir }: SurroundingCheckout): Promise<Ref[]> {
  const format = '--format=%(refname)%00%(objectname)%00%(symref)'
  const answer = await tryGit({ gitDir, args: ['for-each-ref', `--count=${refsMax}`, format, ...branchFolders] })
  if (answer.status !== 0) return []
  const lines = answer.stdout.toString('utf8').split('\n')
  return lines.flatMap((line) => {
    const [name = '', commit = '', target = ''] = line.split('\0')
    return name === '' ? [] : [{ name, commit, target }]
  })
}

async function readTags({ gitDir }: SurroundingCheckout): Promise<CheckoutTag[]> {
  const format = '--format=%(refname:lstrip=2)%00%(objectname)%00%(*objectname)%00%(objecttype)%00%(contents)%00%01'
  const answer = await tryGit({ gitDir, args: ['for-each-ref', `--count=${refsMax}`, format, 'refs/tags'] })
  if (answer.status !== 0) return []
  const records = answer.stdout.toString('utf8').split('\u0001\n')
  return records.flatMap((record) => {
    const [name = '', object = '', peeled = '', type = '', text = ''] = record.split('\0')
    const message = type === 'tag' ? text.trimEnd() : ''
    return name === '' ? [] : [{ name, message, commit: peeled === '' ? object : peeled }]
  })
}

function defaultBranchOf(refs: readonly Ref[], branch: string | null): string {
  const prefix = 'refs/remotes/origin/'
  const remote = refs.find(({ name }) => name === `${prefix}HEAD`)?.target
  if (remote?.startsWith(prefix) === true) return remote.slice(prefix.length)
  const usual = ['main', 'master'].find((name) => refs.some((ref) => ref.name === `refs/heads/${name}`))
  return usual ?? branch ?? 'main'
}
