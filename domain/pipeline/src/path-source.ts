import type { PathsAnswer } from './wanted-paths.ts'

/**
 * What rules ask about paths beyond the tree itself. Promises: any number of questions may be under way at once; asking
 * twice gives the same; what is unknown, refused or out of reach is an answer with a fault, only a fault of the host
 * throws. Nothing is to be closed.
 */
export interface PathSource {
  /**
   * For `rules:changes:compare_to`: the paths that differ between the commit and the newest one that it shares with a
   * ref, a rename as both its paths.
   * @param ref branch, tag or commit, with or without `refs/…`; written by the pipeline, so anything
   */
  changedSince(ref: string): Promise<PathsAnswer>
  /**
   * For `rules:exists:project`: every file of a project.
   * @param project its full path, `group/project`
   * @param ref `null` for its default branch
   */
  filesOf(project: string, ref: string | null): Promise<PathsAnswer>
}
