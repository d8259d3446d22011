import { fakeSigner } from '@sluice/evidence/testing'
import { memoryBlobStore } from '@sluice/execution/testing'
import { fixedClock, sequentialIds } from '@sluice/kernel'
import { expect, test } from 'vitest'
import { readReports, type ReadReports } from './read-reports.ts'

const passing = '<testsuite name="s"><testcase name="a"/></testsuite>'
const failing = '<testsuite name="s"><testcase name="b"><failure/></testcase></testsuite>'

/** What `sluice run` makes of these files of the report "tests". */
async function readFiles(path: string | string[], files: Record<string, string>): Promise<ReadReports> {
  const blobs = memoryBlobStore()
  const reports = await Promise.all(
    Object.entries(files).map(async ([file, text]) => ({
      kind: 'sluice_report',
      name: 'tests',
      path: file,
      ...(await blobs.put(Buffer.from(text))),
    })),
  )
  const producer = {
    runId: 'local',
    job: 'unit',
    attempt: 1,
    runnerId: 'local',
    definitionDigest: 'sha256:d',
    protectedDefinitionDigest: null,
    isolation: 'none',
  } as const
  const subject = { name: 'card', digest: { gitCommit: 'c'.repeat(40) } }
  return readReports(
    { blobs, signer: fakeSigner(), clock: fixedClock(0), ids: sequentialIds() },
    { subject, producer, sources: [{ name: 'tests', job: 'unit', path, format: 'junit' }] },
    reports,
  )
}

test.each([
  ['the last', { 'it/a.xml': passing, 'it/b.xml': failing }],
  ['the first', { 'it/a.xml': failing, 'it/b.xml': passing }],
])('every file of a report is read: %s one fails', async (_, files) => {
  const { evidence, refused } = await readFiles('it/*.xml', files)
  expect(evidence).toMatchObject([{ fact: { total: 2, failed: 1 } }])
  expect(evidence[0]?.reportFiles?.map(({ path }) => path)).toEqual(['it/a.xml', 'it/b.xml'])
  expect(refused).toEqual([])
})

test.each<[string, string | string[], Record<string, string>, object[]]>([
  [
    'one that is cut',
    'it/*.xml',
    { 'it/a.xml': passing, 'it/b.xml': '<testsuite>' },
    [{ code: 'EVIDENCE_TRUNCATED', message: expect.stringContaining('"it/b.xml"') as string }],
  ],
  ['one that is listed and not there', ['a.xml', 'b.xml'], { 'a.xml': passing }, [{ code: 'EVIDENCE_FILE_MISSING' }]],
  ['no file at all', 'a.xml', {}, []],
])('there is no evidence with %s', async (_, path, files, refused) => {
  expect(await readFiles(path, files)).toMatchObject({ evidence: [], refused })
})
