import type { ReportFormat } from '@sluice/contracts/policy'
import { mergeCobertura } from './cobertura/merge.ts'
import { readCobertura } from './cobertura/read.ts'
import { mergeCyclonedx } from './cyclonedx/merge.ts'
import { readCyclonedx } from './cyclonedx/read.ts'
import { reportFault } from './fault.ts'
import { mergeJunit } from './junit/merge.ts'
import { readJunit } from './junit/read.ts'
import {
  reportBytesMax,
  type ReaderContext,
  type ReadOptions,
  type ReportMerge,
  type ReportReader,
  type ReportReading,
} from './report.ts'
import { mergeSarif } from './sarif/merge.ts'
import { readSarif } from './sarif/read.ts'

/** Takes the files of one report, one after the other, in the order of their paths. */
export interface OpenReport {
  /** @throws SluiceError with a code of `errors`, the place in the file on it, for whatever is no whole report. */
  add(bytes: Uint8Array, options?: ReadOptions): void
  /** What all files say together. At least one was added. */
  result(): ReportReading
}

const formats: Record<ReportFormat, () => OpenReport> = {
  junit: () => opened('junit', readJunit, mergeJunit),
  cobertura: () => opened('cobertura', readCobertura, mergeCobertura),
  sarif: () => opened('sarif', readSarif, mergeSarif),
  cyclonedx: () => opened('cyclonedx', readCyclonedx, mergeCyclonedx),
}

export const openReport = (format: ReportFormat): OpenReport => formats[format]()

/**
 * Reads what a tool wrote into a fact. Nothing that a tool says about itself is believed where it can be counted:
 * totals come from the cases, lines and results.
 * @throws SluiceError with a code of `errors`, the place in the file on it, for whatever is no whole report of the format.
 */
export function readReport(format: ReportFormat, bytes: Uint8Array, options: ReadOptions = {}): ReportReading {
  const report = openReport(format)
  report.add(bytes, options)
  return report.result()
}

function opened<Part>(format: ReportFormat, read: ReportReader<Part>, merge: ReportMerge<Part>): OpenReport {
  const parts: Part[] = []
  return {
    add: (bytes, options = {}) => {
      const context = contextOf(format, options)
      refuseSize(bytes, context)
      parts.push(read(bytes, context))
    },
    result: () => keepable(merge(parts)) as ReportReading,
  }
}

const contextOf = (format: ReportFormat, { path, sourceRoot }: ReadOptions): ReaderContext => ({
  path: path ?? `${format} report`,
  sourceRoot: sourceRoot?.replace(/\/+$/, '') ?? null,
})

function refuseSize(bytes: Uint8Array, { path }: ReaderContext): void {
  if (bytes.length > reportBytesMax) {
    const why = `its size is ${bytes.length} bytes, at most ${reportBytesMax} are read`
    throw reportFault('EVIDENCE_TOO_LARGE', { path }, why)
  }
  if (bytes.every(isWhiteSpace))
    throw reportFault('EVIDENCE_EMPTY', { path }, `it has no content (${bytes.length} bytes)`)
}

/**
 * The value with strings that every store can keep: JSON may write NUL and halves of surrogate pairs, PostgreSQL keeps
 * neither, and RFC 8785 (3.1) wants none. A report that has them says no less without.
 */
function keepable(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\ufffd')
  if (Array.isArray(value)) return value.map(keepable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [keepable(key), keepable(member)]))
}

const isWhiteSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
