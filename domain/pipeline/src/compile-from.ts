import { compileRound } from './compile.ts'
import type { CompileRequest, CompileResult } from './compile-request.ts'
import type { ParsedSources } from './sources/gather.ts'
import type { SourceTree } from './ports.ts'

/**
 * Compiles with the files of a tree: calls the compiler, reads what it wants, and again, until there is a plan or
 * mistakes. `request.files` is taken from the tree when it is not given.
 * @throws what the tree throws.
 */
export async function compileFrom(
  request: Omit<CompileRequest, 'files'> & { files?: string[] },
  tree: SourceTree,
): Promise<Exclude<CompileResult, { kind: 'wanted' }>> {
  const loaded = new Map<string, string | null>()
  const parsed: ParsedSources = new Map()
  const complete: CompileRequest = { ...request, files: request.files ?? (await tree.list()) }
  for (;;) {
    const result = compileRound(complete, loaded, parsed)
    if (result.kind !== 'wanted') return result
    const texts = await Promise.all(result.sources.map((source) => tree.read(source.path)))
    result.sources.forEach((source, index) => loaded.set(source.key, texts[index] ?? null))
  }
}
