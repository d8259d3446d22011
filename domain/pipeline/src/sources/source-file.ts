import type { Reason, SourcePosition } from '@sluice/contracts/plan'
import type { Mistakes } from '../mistakes.ts'
import type { LocatedMap, Located } from '../yaml/located.ts'
import { readYaml } from '../yaml/read-yaml.ts'

/** One file, read and not filled in yet. */
export interface SourceFile {
  /** The document with `spec:` above the pipeline, if there is one. */
  header: LocatedMap | null
  /** `null` for a file that holds nothing. */
  content: Located | null
  /** A second document below a first one without `spec:`; GitLab takes nothing from it. */
  unread: SourcePosition | null
  /** The content with inputs in their places, by what they are: filling in again in each round would add up. */
  filled: Map<string, FilledContent>
}

/** Content with its inputs filled in, without a mistake. */
export interface FilledContent {
  content: Located
  warnings: readonly Reason[]
}

/** Files that were read without a mistake, by key; kept between the rounds of one compilation. */
export type ParsedSources = Map<string, SourceFile>

/** For what is wrong with a file as a whole. */
export function startOf(path: string): SourcePosition {
  return { path, line: 1, column: 1 }
}

/** Reads a file. @param name how messages name it @returns `null` when there is a mistake */
export function readSourceFile(name: string, text: string, mistakes: Mistakes): SourceFile | null {
  const documents = readYaml(name, text, mistakes)
  if (documents === null) return null
  const [first, second] = documents
  if (first === undefined) return { header: null, content: null, unread: null, filled: new Map() }
  // A header may head nothing.
  if (first.kind === 'map' && first.entries.has('spec') && (second !== undefined || first.entries.size === 1)) {
    return { header: first, content: second ?? null, unread: null, filled: new Map() }
  }
  return { header: null, content: first, unread: second?.place ?? null, filled: new Map() }
}
