import { git, tryGit } from './git-program.ts'
import type { GitRepository } from './git-repository.ts'

export interface Comparison {
  /** What the folder's content is compared with. */
  base: string
  /** Where the content lies in the base; `''` at its root. */
  prefix: string
  /** The content, as a tree or commit of the repository. */
  content: string
  /** Beside the repository's own objects, see `checkoutObjects`. */
  env: Readonly<Record<string, string>>
}

/**
 * Paths that differ between a commit and the content of a folder, from the folder on; a rename as both its paths.
 * @returns `null` where the content of the base is not there, as in a shallow clone
 */
export async function pathsSince(repository: GitRepository, comparison: Comparison): Promise<string[] | null> {
  const { base, prefix, content, env } = comparison
  const reading = { gitDir: repository.folder, env: { ...env } }
  const isThere = async (object: string): Promise<boolean> =>
    (await tryGit({ ...reading, args: ['rev-parse', '--verify', '--quiet', object] })).status === 0
  if (!(await isThere(`${base}^{tree}`))) return null
  const before = `${base}:${prefix}`
  // A folder that the base has not: all of it is new.
  if (!(await isThere(before))) return repository.listFiles(content)
  const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', before, content]
  const output = (await git({ ...reading, args })).toString('utf8')
  return output.split('\0').filter((path) => path !== '')
}
