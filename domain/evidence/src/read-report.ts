import type { ReportFormat } from '@sluice/contracts/policy'
import { readCobertura } from './cobertura/read.ts'
import { readCyclonedx } from './cyclonedx/read.ts'
import { reportFault } from './fault.ts'
import { readJunit } from './junit/read.ts'
import { reportBytesMax, type ReadOptions, type ReportReader, type ReportReading } from './report.ts'
import { readSarif } from './sarif/read.ts'

const readers: Record<ReportFormat, ReportReader> = {
  junit: readJunit,
  cobertura: readCobertura,
  sarif: readSarif,
  cyclonedx: readCyclonedx,
}

/**
 * Reads what a tool wrote into a fact. Nothing that a tool says about itself is believed where it can be counted:
 * totals come from the cases, lines and results.
 * @throws SluiceError with a code of `errors`, the place in the file on it, for whatever is no whole report of the format.
 */
export function readReport(format: ReportFormat, bytes: Uint8Array, options: ReadOptions = {}): ReportReading {
  const path = options.path ?? `${format} report`
  if (bytes.length > reportBytesMax) {
    const why = `its size is ${bytes.length} bytes, at most ${reportBytesMax} are read`
    throw reportFault('EVIDENCE_TOO_LARGE', { path }, why)
  }
  if (bytes.every(isWhiteSpace))
    throw reportFault('EVIDENCE_EMPTY', { path }, `it has no content (${bytes.length} bytes)`)
  const reading = readers[format](bytes, { path, sourceRoot: options.sourceRoot?.replace(/\/+$/, '') ?? null })
  return keepable(reading) as ReportReading
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
