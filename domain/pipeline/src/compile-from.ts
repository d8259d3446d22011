import { compileRound } from './compile.ts'
import type { CompileRequest, CompileResult, IncludeAnswer, WantedSource } from './compile-request.ts'
import type { ArtifactTexts, IncludeSource, PathSource, SourceTree } from './ports.ts'
import type { ParsedSources } from './sources/source-file.ts'
import type { PathsAnswer, WantedPaths } from './wanted-paths.ts'

/** What there is besides the tree that is planned. */
export interface Elsewhere {
  /** Without it rules that ask for the paths of another ref or project are mistakes. */
  paths?: PathSource | undefined
  /** Without it a file that is included from elsewhere is a mistake. */
  includes?: IncludeSource | undefined
  /** For children of files that jobs make. Without it such a file is a mistake. */
  artifacts?: ArtifactTexts | undefined
}

/**
 * Compiles with the files of a tree, and with what it includes and compares elsewhere: calls the compiler, reads what it
 * wants, and again, until there is a plan or mistakes. `request.files` is taken from the tree when it is not given.
 * @throws what the tree and the sources throw.
 */
export async function compileFrom(
  request: Omit<CompileRequest, 'files'> & { files?: string[] },
  tree: SourceTree,
  { paths = noPaths, includes = noIncludes, artifacts = noArtifacts }: Elsewhere = {},
): Promise<Exclude<CompileResult, { kind: 'wanted' }>> {
  const loaded = new Map<string, string | null | IncludeAnswer>()
  const parsed: ParsedSources = new Map()
  const answers = new Map<string, PathsAnswer>()
  const complete: CompileRequest = { ...request, files: request.files ?? (await tree.list()) }
  const read = (source: WantedSource): Promise<string | null | IncludeAnswer> => {
    if (source.kind === 'local') return tree.read(source.path)
    return source.kind === 'artifact' ? artifacts.read(source) : includes.read(source)
  }
  for (;;) {
    const result = compileRound(complete, loaded, parsed, answers)
    if (result.kind !== 'wanted') return result
    const texts = await Promise.all(result.sources.map(read))
    result.sources.forEach((source, index) => loaded.set(source.key, texts[index] ?? null))
    for (const wanted of result.paths ?? []) answers.set(wanted.key, await ask(paths, wanted))
  }
}

/** Where there is but the repository itself. */
const noIncludes: IncludeSource = {
  read: () => Promise.resolve({ kind: 'missing', fault: 'only files of the repository itself can be included here' }),
}

/** Where no job has run. */
const noArtifacts: ArtifactTexts = {
  read: () => Promise.resolve({ kind: 'missing', fault: 'no job has run whose files could be read' }),
}

/** Where there is but one tree. */
const noPaths: PathSource = {
  changedSince: () => Promise.resolve({ fault: 'there is no history here to compare with' }),
  filesOf: () => Promise.resolve({ fault: 'other projects cannot be looked at from here' }),
}

function ask(paths: PathSource, wanted: WantedPaths): Promise<PathsAnswer> {
  if (wanted.kind === 'changed-since') return paths.changedSince(wanted.ref)
  return paths.filesOf(wanted.project, wanted.ref)
}
