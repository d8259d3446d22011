import type { ArtifactSource, FarSource, IncludeAnswer, UnreadableFile } from './compile-request.ts'
import type { PathsAnswer } from './wanted-paths.ts'

/**
 * The files of one commit. Promises: the tree does not change while it is in use; any number of reads may be under way
 * at once; reading twice gives the same. Paths have forward slashes and none at the start. Nothing is to be closed.
 */
export interface SourceTree {
  /**
   * The text of a file, decoded as UTF-8, or `null` when the tree has no file of that path (a folder, a path that
   * leaves the tree and a path with `.` or `..` in it are no files), or a symbolic link there, which is listed all the same.
   * Bytes that are no UTF-8 are an answer with a fault: nothing is put in their place.
   */
  read(path: string): Promise<string | null | UnreadableFile>
  /** The path of every file, each once, in ascending order of UTF-16 code units; folders are not listed. */
  list(): Promise<string[]>
}

/**
 * Files that a pipeline includes from elsewhere: other projects, addresses, templates. Promises:
 * - what is missing, refused, too large or out of reach is an answer with a reason; only a fault of the host throws;
 * - every answer comes in bounded time, and no text is longer than a pipeline file may be (1 MiB);
 * - any number of reads may be under way at once;
 * - while one compilation lasts, a branch, a tag and a version stand for the same commit in all answers;
 * - no credential is in an answer.
 *
 * Nothing is to be closed.
 */
export interface IncludeSource {
  read(source: FarSource): Promise<IncludeAnswer>
}

/**
 * Files that jobs of a run have made, for the children that it begins. Promises: a job that handed on nothing, or no such
 * file, is an answer with a reason; only a fault of the host throws; no text is longer than a pipeline file may be
 * (1 MiB). Nothing is to be closed.
 */
export interface ArtifactTexts {
  read(source: ArtifactSource): Promise<IncludeAnswer>
}

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
