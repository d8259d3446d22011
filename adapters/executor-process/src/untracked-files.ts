import type { Workspace } from '@sluice/execution'
import { askGit } from './ask-git.ts'

/**
 * Paths of the files that Git does not track, ignored ones too (GitLab's `artifacts:untracked` and `cache:untracked`);
 * `null` where Git cannot say, as without sources.
 */
export async function untrackedFiles(workspace: Workspace): Promise<string[] | null> {
  const output = await askGit(workspace, ['ls-files', '--others', '-z'])
  return output === null ? null : output.split('\0').filter((path) => path !== '' && !path.endsWith('/'))
}
