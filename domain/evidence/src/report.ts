import type { Fact } from '@sluice/contracts/evidence'
import { reportFilesMax } from '@sluice/contracts/policy'

/** A report is refused when its files are larger than this together: 100 MB, as big as JUnit files of large projects grow. */
export const reportBytesMax = 100_000_000
/** How many failures and findings a fact lists; the rest is counted. */
export const detailsMax = 1000
export { reportFilesMax }

/** What a reader makes of a report. */
export interface ReportReading<F extends Fact = Fact> {
  fact: F
  /** Who wrote the report, as far as the format says. */
  tool: { name: string; version: string | null }
}

export interface ReadOptions {
  /** Folder of the sources in the job; paths below it are made relative to it. By default paths stay as they are. */
  sourceRoot?: string
  /** Path of the report, for messages. By default the name of the format. */
  path?: string
}

/** What each reader is given: options with their defaults filled in. */
export interface ReaderContext {
  path: string
  sourceRoot: string | null
}

/**
 * One format's reader of one file: `Part` is what the format needs to be merged with the other files of a report. It
 * throws a SluiceError with a code of this package's table for what it cannot read.
 */
export type ReportReader<Part> = (bytes: Uint8Array, context: ReaderContext) => Part

/** One format's merge of the files of a report, at least one, in the order of their paths; of one it is that one. */
export type ReportMerge<Part> = (parts: readonly Part[]) => ReportReading
