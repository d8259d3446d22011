import { compileRound } from './compile.ts'
import type { CompileRequest, CompileResult } from './compile-request.ts'
import type { PathSource } from './path-source.ts'
import type { ParsedSources } from './sources/gather.ts'
import type { SourceTree } from './ports.ts'
import type { PathsAnswer, WantedPaths } from './wanted-paths.ts'

/**
 * Compiles with the files of a tree: calls the compiler, reads what it wants, and again, until there is a plan or
 * mistakes. `request.files` is taken from the tree when it is not given. Without `paths`, rules that ask for the paths of
 * another ref or project are mistakes.
 * @throws what the tree and the paths throw.
 */
export async function compileFrom(
  request: Omit<CompileRequest, 'files'> & { files?: string[] },
  tree: SourceTree,
  paths: PathSource = nothingElsewhere,
): Promise<Exclude<CompileResult, { kind: 'wanted' }>> {
  const loaded = new Map<string, string | null>()
  const parsed: ParsedSources = new Map()
  const answers = new Map<string, PathsAnswer>()
  const complete: CompileRequest = { ...request, files: request.files ?? (await tree.list()) }
  for (;;) {
    const result = compileRound(complete, loaded, parsed, answers)
    if (result.kind !== 'wanted') return result
    const texts = await Promise.all(result.sources.map((source) => tree.read(source.path)))
    result.sources.forEach((source, index) => loaded.set(source.key, texts[index] ?? null))
    for (const wanted of result.paths ?? []) answers.set(wanted.key, await ask(paths, wanted))
  }
}

/** Where there is but one tree. */
const nothingElsewhere: PathSource = {
  changedSince: () => Promise.resolve({ fault: 'there is no history here to compare with' }),
  filesOf: () => Promise.resolve({ fault: 'other projects cannot be looked at from here' }),
}

function ask(paths: PathSource, wanted: WantedPaths): Promise<PathsAnswer> {
  if (wanted.kind === 'changed-since') return paths.changedSince(wanted.ref)
  return paths.filesOf(wanted.project, wanted.ref)
}
