import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder, writeFiles } from '../../testing/scratch.ts'
import { handedOnFiles } from './handed-on-files.ts'

test('finds a file that one of the jobs has handed on', async () => {
  const text = '\uFEFFa: { script: 你好 }\n'
  const sizeBytes = Buffer.byteLength(text)
  const folder = writeFiles(scratchFolder(), { 'out/child.yml': text })
  writeFileSync(join(folder, 'bytes.yml'), Uint8Array.of(0xff))
  const files = handedOnFiles(
    new Map([
      ['empty', scratchFolder()],
      ['generate', folder],
    ]),
  )
  expect(await files.find(['none', 'empty', 'generate'], 'out/child.yml', sizeBytes)).toEqual({ sizeBytes, text })
  expect(await files.find(['generate'], 'out/child.yml', sizeBytes - 1)).toEqual({ sizeBytes, text: null })
  expect(await files.find(['generate'], 'bytes.yml', 100)).toEqual({ sizeBytes: 1, text: null })
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
