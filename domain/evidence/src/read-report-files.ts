import type { ReportFileDigest } from '@sluice/contracts/evidence'
import type { ReportFormat } from '@sluice/contracts/policy'
import { reportFault } from './fault.ts'
import { openReport } from './read-report.ts'
import { reportBytesMax, reportFilesMax, type ReportReading } from './report.ts'

/** A raw file of a report, as it was handed in. */
export interface ReportFile extends ReportFileDigest {
  sizeBytes: number
}

/** A report as a job handed it in. */
export interface HandedInReport {
  name: string
  format: ReportFormat
  /** At least one, in any order; the same one twice is one. */
  files: readonly ReportFile[]
  /** Paths that the policy lists for it and that have no file. */
  unmatched?: readonly string[]
}

/**
 * Reads every file of a report and merges what they say. One that cannot be read makes the whole unreadable: the others
 * do not tell what stands in it. One file is in memory at a time.
 * @param open the bytes of a file by its digest
 * @throws SluiceError with a code of `errors` and the place in the first such file
 */
export async function readReportFiles(
  report: HandedInReport,
  open: (digest: string) => Promise<AsyncIterable<Uint8Array>>,
): Promise<ReportReading & { files: ReportFileDigest[] }> {
  const files = inOrder(report.files)
  refuseIncomplete(report, files)
  const reading = openReport(report.format)
  let leftBytes = reportBytesMax
  for (const { path, digest } of files) {
    const bytes = await bytesOf(await open(digest), leftBytes)
    if (bytes === null) throw tooLarge(path)
    leftBytes -= bytes.length
    reading.add(bytes, { path })
  }
  return { ...reading.result(), files: files.map(({ path, digest }) => ({ path, digest })) }
}

/** By path, so that the order in which they came says nothing. */
function inOrder(files: readonly ReportFile[]): ReportFile[] {
  const nameOf = ({ path, digest }: ReportFile): string => `${path}\0${digest}`
  const named = new Map(files.map((file) => [nameOf(file), file]))
  return [...named.values()].toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}

function refuseIncomplete({ name, unmatched = [] }: HandedInReport, files: readonly ReportFile[]): void {
  const path = files[0]?.path ?? name
  if (files.length === 0) throw reportFault('EVIDENCE_EMPTY', { path }, 'it has no file')
  const [missing] = unmatched
  if (missing !== undefined) {
    const why = `the policy lists "${missing}" for "${name}", which matches no file`
    throw reportFault('EVIDENCE_FILE_MISSING', { path: missing }, why)
  }
  if (files.length > reportFilesMax) {
    const why = `"${name}" has more than ${reportFilesMax} files, at most so many are read`
    throw reportFault('EVIDENCE_TOO_MANY_FILES', { path }, why)
  }
  let sumBytes = 0
  for (const file of files) {
    sumBytes += file.sizeBytes
    if (sumBytes > reportBytesMax) throw tooLarge(file.path)
  }
}

function tooLarge(path: string): Error {
  const why = `with it the report has more than ${reportBytesMax} bytes, at most so many are read`
  return reportFault('EVIDENCE_TOO_LARGE', { path }, why)
}

/** `null` where there are more; the rest of them need not be in memory for that. */
async function bytesOf(content: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = []
  let sizeBytes = 0
  for await (const part of content) {
    parts.push(part)
    sizeBytes += part.length
    if (sizeBytes > bytesMax) return null
  }
  const bytes = new Uint8Array(sizeBytes)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
