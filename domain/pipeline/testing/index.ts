export { includeSourceCases, type IncludeSourceCase } from './include-source.cases.ts'
export { memoryCommit, memoryIncludeSource, type MemoryElsewhere, type MemoryProject } from './memory-include-source.ts'
export { memorySourceTree } from './memory-source-tree.ts'
export { sourceTreeCases, type SourceTreeCase } from './source-tree.cases.ts'
