import type { CoverageFact, Fact, FindingsFact } from '@sluice/contracts/evidence'
import type { ReportFormat } from '@sluice/contracts/policy'
import { sha256Hex } from '@sluice/kernel'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fakeSigner } from '../testing/fake-signer.ts'
import { verifyEnvelope } from './dsse.ts'
import { readEvidence, type HandedInReport } from './read-evidence.ts'
import { readReportFiles } from './read-report-files.ts'
import { reportBytesMax, reportFilesMax } from './report.ts'
import { encodeUtf8 } from './text/encode-utf8.ts'

const digestOfText = (text: string): string => `sha256:${sha256Hex(text)}`

async function* streamOf(parts: Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* parts
}

/** The report of these files, path → content, and how to open them. */
function handedIn(format: ReportFormat, contents: [path: string, text: string][], more: Partial<HandedInReport> = {}) {
  const blobs = new Map(contents.map(([, text]) => [digestOfText(text), encodeUtf8(text)]))
  const files = contents.map(([path, text]) => ({ path, digest: digestOfText(text), sizeBytes: text.length }))
  const open = async (digest: string) => streamOf([blobs.get(digest) ?? new Uint8Array()])
  return { report: { name: 'tests', format, files, ...more }, open }
}

const read = async (...given: Parameters<typeof handedIn>) => {
  const { report, open } = handedIn(...given)
  return readReportFiles(report, open)
}
const factOf = async (format: ReportFormat, contents: [string, string][]): Promise<Fact> =>
  (await read(format, contents)).fact

const suite = (name: string, ...cases: ('ok' | 'bad')[]): string =>
  `<testsuite name="${name}">${cases.map((one, at) => `<testcase name="${at}" time="1">${one === 'bad' ? '<failure/>' : ''}</testcase>`).join('')}</testsuite>`

const coverage = (source: string, lines: Record<string, number[]>): string =>
  `<coverage>${source === '' ? '' : `<sources><source>${source}</source></sources>`}<packages>${Object.entries(lines)
    .map(
      ([file, hits]) =>
        `<class filename="${file}">${hits.map((hit, at) => `<line number="${at}" hits="${hit}"/>`).join('')}</class>`,
    )
    .join('')}</packages></coverage>`

const sarif = (tool: string, ...levels: string[]): string =>
  JSON.stringify({
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: tool } },
        results: levels.map((level) => ({ level, message: { text: `a ${level}` } })),
      },
    ],
  })

const bill = (specVersion: string, ...names: string[]): string =>
  JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion,
    version: 1,
    components: names.map((name) => ({ type: 'library', name, version: '1' })),
  })

describe('a report of several files', () => {
  test.each(['a-bad.xml', 'z-bad.xml'])('counts the tests of all, wherever the failure stands (%s)', async (bad) => {
    const fact = await factOf('junit', [
      ['m.xml', suite('m', 'ok', 'ok')],
      [bad, suite('bad', 'ok', 'bad')],
    ])
    expect(fact).toMatchObject({ total: 4, passed: 3, failed: 1, durationMs: 4000, failures: [{ suite: 'bad' }] })
  })

  test('keeps at most 1,000 failures and counts the rest', async () => {
    const fact = await factOf('junit', [
      ['a.xml', suite('a', ...Array<'bad'>(700).fill('bad'))],
      ['b.xml', suite('b', ...Array<'bad'>(700).fill('bad'))],
    ])
    expect(fact).toMatchObject({ failed: 1400, failuresOmitted: 400, failures: { length: 1000 } })
  })

  test.each<[string, [string, string][], Partial<CoverageFact>]>([
    [
      'a file that is surely the same counts once, a line covered where any ran it',
      [
        ['it.xml', coverage('/b', { 'a.ts': [0, 1, 0] })],
        ['unit.xml', coverage('/b', { 'a.ts': [1, 0, 0] })],
      ],
      { linesCovered: 2, linesTotal: 3, files: [{ path: 'a.ts', linesCovered: 2, linesTotal: 3 }] },
    ],
    [
      'files of one name in two packages count apart',
      [
        ['a.xml', coverage('/b/a', { 'index.ts': [1, 1] })],
        ['b.xml', coverage('/b/b', { 'index.ts': [0, 0] })],
      ],
      { linesCovered: 2, linesTotal: 4 },
    ],
    [
      'files of one name count apart where it is not said whose they are',
      [
        ['a.xml', coverage('', { 'index.ts': [1, 1] })],
        ['b.xml', coverage('.', { 'index.ts': [0, 0] })],
      ],
      { linesCovered: 2, linesTotal: 4 },
    ],
  ])('covers: %s', async (_, contents, wanted) => {
    expect(await factOf('cobertura', contents)).toMatchObject(wanted)
  })

  test('has the findings of all tools, the most severe first', async () => {
    const { fact, tool } = await read('sarif', [
      ['a.sarif', sarif('one', 'note', 'warning')],
      ['b.sarif', sarif('two', 'error')],
    ])
    expect(fact).toMatchObject({ tool: 'one, two', errors: 1, warnings: 1, notes: 1 })
    expect((fact as FindingsFact).findings.map(({ level }) => level)).toEqual(['error', 'warning', 'note'])
    expect(tool).toEqual({ name: 'one, two', version: null })
  })

  test('has the components of all bills, those of several once', async () => {
    const fact = await factOf('cyclonedx', [
      ['a.json', bill('1.6', 'x', 'y', 'y')],
      ['b.json', bill('1.5', 'y', 'z')],
    ])
    expect(fact).toMatchObject({ specVersion: '1.5', total: 4, licences: { unknown: 4 } })
  })

  test.each<[string, [string, string][], string, string]>([
    [
      'one that is cut',
      [
        ['a.xml', suite('a', 'ok')],
        ['b.xml', '<testsuite><testcase'],
      ],
      'EVIDENCE_TRUNCATED',
      'b.xml',
    ],
    [
      'an empty one',
      [
        ['a.xml', ' '],
        ['b.xml', suite('b', 'ok')],
      ],
      'EVIDENCE_EMPTY',
      'a.xml',
    ],
    [
      'one of another format',
      [
        ['a.xml', suite('a', 'ok')],
        ['c.xml', coverage('', {})],
      ],
      'EVIDENCE_WRONG_FORMAT',
      'c.xml',
    ],
  ])('is unreadable as a whole by %s, whose path it names', async (_, contents, code, path) => {
    for (const ordered of [contents, contents.toReversed()]) {
      const reading = read('junit', ordered)
      await expect(reading).rejects.toMatchObject({ code, place: { path } })
      await expect(reading).rejects.toThrow(`"${path}"`)
    }
  })

  test('is unreadable where a listed path has no file', async () => {
    const reading = read('junit', [['unit.xml', suite('a', 'ok')]], { unmatched: ['integration/*.xml'] })
    await expect(reading).rejects.toMatchObject({ code: 'EVIDENCE_FILE_MISSING', place: { path: 'integration/*.xml' } })
  })

  test('is refused beyond the number of files', async () => {
    const contents = Array.from({ length: reportFilesMax + 1 }, (_, at): [string, string] => [`${at}.xml`, suite('a')])
    await expect(read('junit', contents)).rejects.toMatchObject({ code: 'EVIDENCE_TOO_MANY_FILES' })
    expect((await read('junit', contents.slice(1))).files).toHaveLength(reportFilesMax)
  })

  test.each([
    ['as they are told', reportBytesMax],
    ['as they are read', 1],
  ])('is refused beyond the size, %s', async (_, sizeBytes) => {
    const files = ['a.xml', 'b.xml'].map((path) => ({ path, digest: path, sizeBytes }))
    const half = new Uint8Array(reportBytesMax / 2)
    const open = async (digest: string) => streamOf(digest === 'a.xml' ? [encodeUtf8(suite('a'))] : [half, half])
    const reading = readReportFiles({ name: 'tests', format: 'junit', files }, open)
    await expect(reading).rejects.toMatchObject({ code: 'EVIDENCE_TOO_LARGE', place: { path: 'b.xml' } })
  })

  test('without a file is no report', async () => {
    await expect(read('junit', [])).rejects.toMatchObject({ code: 'EVIDENCE_EMPTY' })
  })

  const contents: Record<ReportFormat, string[]> = {
    junit: [suite('a', 'ok', 'bad'), suite('b', 'bad'), suite('c')],
    cobertura: [
      coverage('/b', { 'a.ts': [0, 1] }),
      coverage('/b', { 'a.ts': [1, 0], 'b.ts': [1] }),
      coverage('', { 'a.ts': [0] }),
    ],
    sarif: [sarif('one', 'error', 'note'), sarif('two', 'warning'), sarif('three')],
    cyclonedx: [bill('1.6', 'x', 'x'), bill('1.4', 'x', 'y'), bill('1.5', 'z')],
  }
  const anyOrder = fc.record({
    format: fc.constantFrom(...(Object.keys(contents) as ReportFormat[])),
    order: fc.shuffledSubarray([0, 1, 2], { minLength: 1 }),
    twice: fc.boolean(),
  })

  test('says the same in any order, and with a file that two paths found', async () => {
    await fc.assert(
      fc.asyncProperty(anyOrder, async ({ format, order, twice }) => {
        const files = order.map((at): [string, string] => [`${at}`, contents[format][at] ?? ''])
        const given = twice ? [...files, ...files.slice(0, 1)] : files
        const sorted = order
          .toSorted((a, b) => a - b)
          .map((at): [string, string] => [`${at}`, contents[format][at] ?? ''])
        expect(await read(format, given)).toEqual(await read(format, sorted))
      }),
    )
  })
})

describe('readEvidence()', () => {
  const attribution = {
    id: 'e1',
    at: '2026-01-01T00:00:00Z',
    subject: { name: 'card', digest: { gitCommit: 'a'.repeat(40) } },
    producer: {
      runId: 'r1',
      job: 'unit',
      attempt: 1,
      runnerId: 'r',
      definitionDigest: 'sha256:d',
      protectedDefinitionDigest: null,
      isolation: 'uid',
    },
  } as const
  const signer = fakeSigner('one')
  const evidenceOf = async (format: ReportFormat, contents: [string, string][]) => {
    const { report, open } = handedIn(format, contents)
    return readEvidence(report, attribution, { open, signer })
  }

  test.each<[ReportFormat, [string, string], (files: object[]) => object]>([
    ['junit', [suite('a', 'ok'), suite('b', 'ok')], (configuration) => ({ configuration })],
    ['cobertura', [coverage('', {}), coverage('/b', {})], (reports) => ({ reports })],
    ['sarif', [sarif('one'), sarif('two')], (reports) => ({ reports })],
  ])('signs the digest of every raw file of %s', async (format, [one, two], wanted) => {
    const record = await evidenceOf(format, [
      ['b', two],
      ['a', one],
    ])
    const files = [
      { path: 'a', digest: digestOfText(one) },
      { path: 'b', digest: digestOfText(two) },
    ]
    expect(record).toMatchObject({ reportFiles: files, reportPath: 'a and 1 more' })
    const { predicate } = await verifyEnvelope(record.statement, [signer.verifier])
    const named = files.map(({ path, digest }) => ({ name: path, digest: { sha256: digest.slice(7) } }))
    expect(predicate).toMatchObject({ ...wanted(named), sluice: { reportFiles: files } })
  })

  test('of one file has its path and digest', async () => {
    const record = await evidenceOf('cyclonedx', [['bom.json', bill('1.6', 'x')]])
    expect(record).toMatchObject({ reportPath: 'bom.json', reportDigest: digestOfText(bill('1.6', 'x')) })
    const { predicate } = await verifyEnvelope(record.statement, [signer.verifier])
    expect(predicate).toMatchObject({ externalReferences: [{ type: 'bom', url: 'bom.json' }] })
  })
})
