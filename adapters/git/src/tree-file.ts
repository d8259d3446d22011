/** A file of a commit. */
export interface TreeFile {
  path: string
  /** `100644`, `100755`, or `120000` for a symbolic link. */
  mode: string
  blob: string
  sizeBytes: number
}
