import { describe, expect, test } from 'vitest'
import { memoryPathSource } from './memory-path-source.ts'
import { pathSourceCases, sortedPaths } from './path-source.cases.ts'

const changed = ['docs/b.md', 'old.txt', 'new.txt']
const files = ['a.txt', 'docs/b.md', 'old.txt']
const source = memoryPathSource({
  changedSince: { main: changed, v1: changed, 'refs/heads/main': changed, 'refs/tags/v1': changed },
  filesOf: { 'group/own': files, 'group/own@v1': files },
})

describe('memoryPathSource', () => {
  test.each(pathSourceCases)('$name', async ({ ask, wanted }) => {
    expect(sortedPaths(await ask(source))).toEqual(wanted)
  })
})
