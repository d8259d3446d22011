/**
 * The files of one commit. Promises: the tree does not change while it is in use; any number of reads may be under way
 * at once; reading twice gives the same. Paths have forward slashes and none at the start. Nothing is to be closed.
 */
export interface SourceTree {
  /**
   * The text of a file, decoded as UTF-8, or `null` when the tree has no file of that path (a folder, a path that
   * leaves the tree and a path with `.` or `..` in it are no files).
   */
  read(path: string): Promise<string | null>
  /** The path of every file, each once, in ascending order of UTF-16 code units; folders are not listed. */
  list(): Promise<string[]>
}
