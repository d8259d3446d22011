import type { PathSource } from '../src/ports.ts'
import type { PathsAnswer } from '../src/wanted-paths.ts'

/**
 * What a source is to be made of: project `group/own`, whose branch `main` began with the tag `v1` and has a commit more
 * than the planned one knows; the planned commit stands on `v1`.
 */
export const pathHistory = {
  project: 'group/own',
  v1: { 'a.txt': '1', 'docs/b.md': '1', 'old.txt': 'moved' },
  main: { 'a.txt': '2', 'docs/b.md': '1', 'old.txt': 'moved' },
  planned: { 'a.txt': '1', 'docs/b.md': '2', 'new.txt': 'moved' },
} as const

/** One promise of `PathSource`, to be run by every implementation. */
export interface PathSourceCase {
  name: string
  ask: (source: PathSource) => Promise<PathsAnswer>
  /** `null`: a fault. Paths in ascending order. */
  wanted: readonly string[] | null
}

const changed = ['docs/b.md', 'new.txt', 'old.txt']
const files = ['a.txt', 'docs/b.md', 'old.txt']
const noRefs = [
  'nowhere',
  '',
  '--help',
  'main^',
  'main~1',
  '../main',
  'refs/heads/--help',
  'a'.repeat(300),
  'f'.repeat(40),
]

export const pathSourceCases: readonly PathSourceCase[] = [
  ...['main', 'refs/heads/main', 'v1', 'refs/tags/v1'].map((ref) => ({
    name: `changes since ${ref} are those since the commit that is shared with it`,
    ask: (source: PathSource) => source.changedSince(ref),
    wanted: changed,
  })),
  ...noRefs.map((ref) => ({
    name: `${JSON.stringify(ref.slice(0, 50))} is no ref`,
    ask: (source: PathSource) => source.changedSince(ref),
    wanted: null,
  })),
  { name: 'files of the default branch', ask: (source) => source.filesOf('group/own', null), wanted: files },
  { name: 'files of a tag', ask: (source) => source.filesOf('group/own', 'v1'), wanted: files },
  { name: 'no files of a ref that is not there', ask: (source) => source.filesOf('group/own', 'v2'), wanted: null },
  { name: 'no files of an unknown project', ask: (source) => source.filesOf('group/none', null), wanted: null },
]

/** The paths of an answer in ascending order; `null` for a fault. */
export function sortedPaths(answer: PathsAnswer): string[] | null {
  return 'fault' in answer ? null : answer.paths.toSorted()
}
