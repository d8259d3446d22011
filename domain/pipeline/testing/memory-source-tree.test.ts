import { describe, expect, test } from 'vitest'
import { memorySourceTree } from './memory-source-tree.ts'
import { sourceTreeCases } from './source-tree.cases.ts'

describe('memorySourceTree', () => {
  test.each(sourceTreeCases)('$name', async ({ files, check }) => {
    await expect(check(memorySourceTree(files))).resolves.toBeUndefined()
  })
})
