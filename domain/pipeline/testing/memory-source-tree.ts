import type { SourceTree } from '../src/ports.ts'

/** A tree of texts: path → text. */
export function memorySourceTree(files: Readonly<Record<string, string>>): SourceTree {
  const texts = new Map(Object.entries(files))
  return {
    read: (path) => Promise.resolve(texts.get(path) ?? null),
    list: () => Promise.resolve([...texts.keys()].toSorted()),
  }
}
