import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder, writeFiles } from '../../testing/scratch.ts'
import { handedOnFiles } from './handed-on-files.ts'

test('finds a file that one of the jobs has handed on', async () => {
  const folder = writeFiles(scratchFolder(), { 'out/child.yml': 'a: { script: 你好 }\n' })
  const files = handedOnFiles(
    new Map([
      ['empty', scratchFolder()],
      ['generate', folder],
    ]),
  )
  const bytes = Buffer.from('a: { script: 你好 }\n')
  const file = { sizeBytes: bytes.length, bytes }
  expect(await files.find(['none', 'empty', 'generate'], 'out/child.yml', bytes.length)).toEqual(file)
  expect(await files.find(['generate'], 'out/child.yml', bytes.length - 1)).toEqual({ ...file, bytes: null })
  expect(await files.find(['empty'], 'out/child.yml', 100)).toBeNull()
  expect(await files.find(['none'], 'out/child.yml', 100)).toBe('nothing')
})

test.each(['none.yml', 'folder.yml', 'link.yml', 'away/secret.yml', '../secret.yml'])('finds no %s', async (path) => {
  const outside = writeFiles(scratchFolder(), { 'secret.yml': 'x', 'made/folder.yml/a': '' })
  const folder = join(outside, 'made')
  symlinkSync(join(outside, 'secret.yml'), join(folder, 'link.yml'))
  symlinkSync(outside, join(folder, 'away'))
  expect(await handedOnFiles(new Map([['generate', folder]])).find(['generate'], path, 100)).toBeNull()
})
