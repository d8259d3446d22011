import type { PathSource } from '../src/ports.ts'
import type { PathsAnswer } from '../src/wanted-paths.ts'

/** Answers by ref, and by project or `project@ref`. */
export interface MemoryPaths {
  changedSince: Readonly<Record<string, readonly string[]>>
  filesOf: Readonly<Record<string, readonly string[]>>
}

/** Knows the paths that it was given. */
export function memoryPathSource({ changedSince, filesOf }: MemoryPaths): PathSource {
  const answer = (paths: readonly string[] | undefined, fault: string): Promise<PathsAnswer> =>
    Promise.resolve(paths === undefined ? { fault } : { paths })
  return {
    changedSince: (ref) => answer(changedSince[ref], 'there is no such ref'),
    filesOf: (project, ref) =>
      answer(filesOf[ref === null ? project : `${project}@${ref}`], 'there is no such project'),
  }
}
