export { memorySourceTree } from './memory-source-tree.ts'
export { sourceTreeCases, type SourceTreeCase } from './source-tree.cases.ts'
