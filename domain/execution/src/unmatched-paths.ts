import { compileSelection } from './file-selection.ts'

/**
 * Which of several paths and patterns take none of these files. With one there is nothing to compare: it is enough that
 * a file came, and a runner that is not ours does not say from where.
 */
export function unmatchedPaths(paths: readonly string[], files: readonly { path: string }[]): string[] {
  if (paths.length < 2) return []
  return paths.filter((path) => {
    const selection = compileSelection({ paths: [path], exclude: [] })
    return !files.some((file) => selection.takes(file.path))
  })
}
