import { SluiceError, type Clock } from '@sluice/kernel'
import type { CommitInfo } from './commit-info.ts'
import type { GitErrorCode } from './errors.ts'
import { git, gitText, lastWords, tryGit } from './git-program.ts'
import { submodulesIn, withTemporaryIndex } from './write-commit.ts'

export interface ChangeProposal {
  branch: string
  /** A branch, tag or commit. */
  base: string
  /** A unified diff, paths with `a/` and `b/`; 1 MB at most. */
  patch: string
  title: string
  author: { name: string; email: string }
  clock: Clock
}

const maxPatchBytes = 1_000_000

/**
 * The tree of `base` with the patch applied, in an index of its own: no file is written anywhere.
 * @throws SluiceError GIT_PATCH_REFUSED with git's reason
 */
export async function treeWithPatch(gitDir: string, base: CommitInfo, patch: string): Promise<string> {
  if (Buffer.byteLength(patch) > maxPatchBytes)
    throw refused(`it is larger than ${maxPatchBytes} bytes`, Buffer.byteLength(patch))
  const tree = await withTemporaryIndex(gitDir, async (indexFile) => {
    await git({ gitDir, indexFile, args: ['read-tree', base.tree] })
    const answer = await tryGit({
      gitDir,
      indexFile,
      args: ['apply', '--cached', '--whitespace=nowarn', '-'],
      input: patch.endsWith('\n') ? patch : `${patch}\n`,
    })
    if (answer.status !== 0) throw refused(lastWords(answer.stderr))
    const submodules = await submodulesIn(gitDir, indexFile)
    if (submodules.length > 0) throw refused(`it adds a submodule at "${submodules[0]}"`)
    return gitText({ gitDir, indexFile, args: ['write-tree'] })
  })
  if (tree === base.tree) throw refused('it changes nothing')
  return tree
}

function refused(reason: string, bytes?: number): SluiceError {
  const size = bytes === undefined ? '' : ` of ${bytes} bytes`
  return new SluiceError<GitErrorCode>('GIT_PATCH_REFUSED', `Cannot apply the patch${size}: ${reason}`, { status: 422 })
}
