import type { Fact } from '@sluice/contracts/evidence'

/** Larger reports are refused: 100 MB, as big as JUnit files of large projects grow. */
export const reportBytesMax = 100_000_000
/** How many failures and findings a fact lists; the rest is counted. */
export const detailsMax = 1000

/** What a reader makes of a report. */
export interface ReportReading {
  fact: Fact
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

/** One format's reader. It throws a SluiceError with a code of this package's table for what it cannot read. */
export type ReportReader = (bytes: Uint8Array, context: ReaderContext) => ReportReading
