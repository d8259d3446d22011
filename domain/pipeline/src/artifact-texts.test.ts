import { expect, test } from 'vitest'
import { artifactTexts, type HandedOnFile, type HandedOnFiles } from './artifact-texts.ts'

const jobs = [
  { name: 'generate' },
  { name: 'silent' },
  { name: 'many 1/2', parallel: { job: 'many', index: 1, total: 2 } },
  { name: 'many 2/2', parallel: { job: 'many', index: 2, total: 2 } },
]

/** What jobs have handed on: a file a key, `<job>:<path>`. */
const handedOn: Record<string, HandedOnFile> = {
  'generate:child.yml': { sizeBytes: 24, text: 'a: { script: 你好 }\n' },
  'generate:full.yml': { sizeBytes: 1_048_576, text: 'x'.repeat(1_048_576) },
  'generate:large.yml': { sizeBytes: 1_048_577, text: null },
  'generate:bytes.yml': { sizeBytes: 1, text: null },
  'many 2/2:child.yml': { sizeBytes: 17, text: 'b: { script: x }\n' },
}
const files: HandedOnFiles = {
  async find(makers, path) {
    const names = Object.keys(handedOn).filter((key) => makers.some((job) => key.startsWith(`${job}:`)))
    if (names.length === 0) return 'nothing'
    return handedOn[names.find((key) => key.endsWith(`:${path}`)) ?? ''] ?? null
  },
}
const read = (job: string, path: string) =>
  artifactTexts(jobs, files).read({ kind: 'artifact', key: 'k', place: null, job, path })

test.each([
  ['generate', 'child.yml', 'a: { script: 你好 }\n'],
  ['generate', 'full.yml', 'x'.repeat(1_048_576)],
  ['many', 'child.yml', 'b: { script: x }\n'],
  ['many 2/2', 'child.yml', 'b: { script: x }\n'],
])('of job %j %j is read as it is', async (job, path, text) => {
  expect(await read(job, path)).toEqual({ kind: 'text', text })
})

test.each([
  ['silent', 'child.yml', 'job "silent" has handed on no artifacts'],
  ['many 1/2', 'child.yml', 'job "many 1/2" has handed on no artifacts'],
  ['generate', 'none.yml', 'the artifacts of job "generate" have no such file'],
  ['generate', 'large.yml', 'it has 1048577 bytes; wanted 1048576 at most'],
  ['generate', 'bytes.yml', 'it is not UTF-8'],
])('of job %j has no %j, and says why', async (job, path, fault) => {
  expect(await read(job, path)).toEqual({ kind: 'missing', fault })
})

test('of a job that is not there it says which there are, as they are written', async () => {
  const known = ['generate', 'silent', 'many']
  expect(await read('mani', 'x')).toEqual({ kind: 'missing', fault: 'there is no job "mani"', name: 'mani', known })
})
