import type { PlanTrigger } from '@sluice/contracts/plan'
import type { GitRepository } from '@sluice/git'

/**
 * The paths that a push to a branch changed, for `rules:changes`. `null`, with which every `changes` matches, for a new
 * branch and for what is no push to a branch, as in GitLab.
 */
export async function changedPathsOf(
  repository: Pick<GitRepository, 'changedPaths'>,
  { source, refType, beforeCommit, commit }: PlanTrigger,
): Promise<string[] | null> {
  if (source !== 'push' || refType !== 'branch' || /^0+$/.test(beforeCommit)) return null
  return repository.changedPaths(beforeCommit, commit)
}
