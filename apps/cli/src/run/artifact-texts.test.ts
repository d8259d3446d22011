import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder, writeFiles } from '../../testing/scratch.ts'
import { artifactTexts } from './artifact-texts.ts'

const jobs = [
  { name: 'generate' },
  { name: 'many 1/2', parallel: { job: 'many', index: 1, total: 2 } },
  { name: 'many 2/2', parallel: { job: 'many', index: 2, total: 2 } },
]

const read = (job: string, path: string, folders: Record<string, string>) =>
  artifactTexts(jobs, new Map(Object.entries(folders))).read({ kind: 'artifact', key: 'k', place: null, job, path })

test('reads a file that a job has handed on, also one of several that parallel made', async () => {
  const folder = writeFiles(scratchFolder(), { 'out/child.yml': 'a: { script: 你好 }\n' })
  const text = { kind: 'text', text: 'a: { script: 你好 }\n' }
  expect(await read('generate', 'out/child.yml', { generate: folder })).toEqual(text)
  expect(await read('many', 'out/child.yml', { 'many 1/2': scratchFolder(), 'many 2/2': folder })).toEqual(text)
})

test.each([
  ['generat', 'child.yml', 'there is no job "generat"'],
  ['many', 'child.yml', 'job "many" has handed on no artifacts'],
  ['generate', 'none.yml', 'the artifacts of job "generate" have no such file'],
  ['generate', 'folder.yml', 'the artifacts of job "generate" have no such file'],
  ['generate', 'link.yml', 'the artifacts of job "generate" have no such file'],
  ['generate', 'away/secret.yml', 'the artifacts of job "generate" have no such file'],
  ['generate', 'large.yml', 'it has 1048577 bytes; wanted 1048576 at most'],
  ['generate', 'bytes.yml', 'it is not UTF-8'],
])('of job %j has no %j, and says why', async (job, path, fault) => {
  const outside = writeFiles(scratchFolder(), { 'secret.yml': 'x' })
  const folder = writeFiles(scratchFolder(), { 'folder.yml/a': '', 'large.yml': 'x'.repeat(1_048_577) })
  symlinkSync(join(outside, 'secret.yml'), join(folder, 'link.yml'))
  symlinkSync(outside, join(folder, 'away'))
  writeFileSync(join(folder, 'bytes.yml'), Uint8Array.of(0xff))
  expect(await read(job, path, { generate: folder })).toMatchObject({ kind: 'missing', fault })
})
