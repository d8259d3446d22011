import { expect, test } from 'vitest'
import { requestOf } from '../../testing/compile-text.ts'
import { memoryIncludeSource } from '../../testing/memory-include-source.ts'
import { memorySourceTree } from '../../testing/memory-source-tree.ts'
import { compileFrom } from '../compile-from.ts'

test.each([
  ['rules that look for files', (name: number) => `{ local: b.yml, rules: [{ exists: ['src/${name}-*'] }] }`],
  ['patterns of files', (name: number) => `'src/${name}-*.yml'`],
])('%s in the includes of another project share one budget of comparisons', async (_, entryOf) => {
  const files = Object.fromEntries(Array.from({ length: 20_000 }, (_value, index) => [`src/${index}.c`, '']))
  const entries = Array.from({ length: 1001 }, (_value, index) => entryOf(index))
  const main = { ...files, 'a.yml': `include: [${entries.join(', ')}]\nj: { script: x }` }
  const tree = memorySourceTree({ '.gitlab-ci.yml': 'include: { project: group/ci, file: a.yml }' })
  const includes = memoryIncludeSource({ projects: { 'group/ci': { main } } })
  const result = await compileFrom(requestOf(), tree, { includes })
  expect(result).toMatchObject({ kind: 'mistakes', mistakes: [{ code: 'PIPELINE_TOO_MUCH_MATCHING' }] })
})

test.each([
  [
    {},
    ['.gitlab-ci.yml'],
    'Cannot read ".gitlab-ci.yml": it is a symbolic link, which is not followed; wanted the file itself',
  ],
  [
    { '.gitlab-ci.yml': 'include: [{ local: ci/a.yml }]' },
    ['.gitlab-ci.yml', 'ci/a.yml'],
    'Cannot include "ci/a.yml": it is a symbolic link, which is not followed; wanted the file itself',
  ],
  [
    {},
    ['.gitlab-ci.yaml'],
    'Cannot read ".gitlab-ci.yml": the repository has no such file; nearest name: ".gitlab-ci.yaml"',
  ],
])('of files %j and paths %j it is said: %s', async (files, paths, message) => {
  const result = await compileFrom({ ...requestOf(), files: paths }, memorySourceTree(files))
  expect(result).toMatchObject({ kind: 'mistakes', mistakes: [{ message }] })
})
