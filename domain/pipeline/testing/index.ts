export { memoryPathSource, type MemoryPaths } from './memory-path-source.ts'
export { memorySourceTree } from './memory-source-tree.ts'
export { pathHistory, pathSourceCases, sortedPaths, type PathSourceCase } from './path-source.cases.ts'
export { sourceTreeCases, type SourceTreeCase } from './source-tree.cases.ts'
