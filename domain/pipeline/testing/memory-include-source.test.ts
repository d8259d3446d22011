import { describe, expect, test } from 'vitest'
import { includeSourceCases } from './include-source.cases.ts'
import { memoryIncludeSource } from './memory-include-source.ts'

describe('memoryIncludeSource', () => {
  test.each(includeSourceCases)('$name', async ({ elsewhere, check }) => {
    await expect(check(memoryIncludeSource(elsewhere), 'gitlab.test')).resolves.toBeUndefined()
  })
})
