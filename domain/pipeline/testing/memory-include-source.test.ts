import { describe, expect, test } from 'vitest'
import { includeSourceCases } from './include-source.cases.ts'
import { memoryIncludeSource } from './memory-include-source.ts'
import { textSourceCases } from './text-source.cases.ts'

describe('memoryIncludeSource', () => {
  test.each(includeSourceCases)('$name', async ({ elsewhere, check }) => {
    await expect(check(memoryIncludeSource(elsewhere), 'gitlab.test')).resolves.toBeUndefined()
  })

  test.each(textSourceCases)('$name', async ({ files, check }) => {
    const remotes = Object.fromEntries(
      Object.entries(files).map(([path, text]) => [`https://files.test/${path}`, text]),
    )
    const source = memoryIncludeSource({ remotes, templates: files })
    await expect(check(source, 'https://files.test/')).resolves.toBeUndefined()
  })
})
