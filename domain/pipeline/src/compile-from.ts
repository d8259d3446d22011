import { compileRound } from './compile.ts'
import type { CompileRequest, CompileResult, IncludeAnswer, WantedSource } from './compile-request.ts'
import type { ParsedSources } from './sources/source-file.ts'
import type { IncludeSource, SourceTree } from './ports.ts'

/** Answers that there is nothing but the repository itself. */
const nothingElsewhere: IncludeSource = {
  read: () => Promise.resolve({ kind: 'missing', fault: 'only files of the repository itself can be included here' }),
}

/**
 * Compiles with the files of a tree, and with what it includes from elsewhere: calls the compiler, reads what it wants,
 * and again, until there is a plan or mistakes. `request.files` is taken from the tree when it is not given; without
 * `includes` a file from elsewhere is a mistake.
 * @throws what the tree and the includes throw.
 */
export async function compileFrom(
  request: Omit<CompileRequest, 'files'> & { files?: string[] },
  tree: SourceTree,
  includes: IncludeSource = nothingElsewhere,
): Promise<Exclude<CompileResult, { kind: 'wanted' }>> {
  const loaded = new Map<string, string | null | IncludeAnswer>()
  const parsed: ParsedSources = new Map()
  const complete: CompileRequest = { ...request, files: request.files ?? (await tree.list()) }
  const read = (source: WantedSource): Promise<string | null | IncludeAnswer> =>
    source.kind === 'local' ? tree.read(source.path) : includes.read(source)
  for (;;) {
    const result = compileRound(complete, loaded, parsed)
    if (result.kind !== 'wanted') return result
    const answers = await Promise.all(result.sources.map(read))
    result.sources.forEach((source, index) => loaded.set(source.key, answers[index] ?? null))
  }
}
