import { expect, it } from 'vitest'
import { memoryBlobStore } from '../testing/index.ts'
import { readDotenvReports } from './read-dotenv-reports.ts'

it('takes the reports of a job together', async () => {
  const blobs = memoryBlobStore()
  const reports = await Promise.all(
    ['A=1\nB=1\n', 'B=2\n'].map(async (text, index) => ({
      path: `${index}.env`,
      ...(await blobs.put(Uint8Array.from(text, (character) => character.charCodeAt(0)))),
    })),
  )
  expect(await readDotenvReports(reports, blobs)).toEqual([
    { key: 'A', value: '1' },
    { key: 'B', value: '2' },
  ])
})

it('reads nothing of reports that are too large together', async () => {
  const blobs = { ...memoryBlobStore(), get: () => Promise.reject(new Error('read')) }
  const reports = [2 ** 40, 1].map((sizeBytes) => ({ path: 'a.env', digest: 'sha256:0', sizeBytes }))
  await expect(readDotenvReports(reports, blobs)).rejects.toThrow(
    'Cannot take dotenv report "a.env": it has 1099511627777 bytes; wanted 5120 at most',
  )
})
