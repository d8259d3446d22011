import type { EvidenceProducer, EvidenceRecord, EvidenceSubject, ReportFileDigest } from '@sluice/contracts/evidence'
import { digestOf } from '@sluice/kernel'
import { signStatement } from './dsse.ts'
import type { Signer } from './ports.ts'
import { readReportFiles, type HandedInReport } from './read-report-files.ts'
import { makeStatement } from './statement.ts'

export type { HandedInReport, ReportFile } from './read-report-files.ts'

/** Who says what about what, when. */
export interface Attribution {
  id: string
  subject: EvidenceSubject
  producer: EvidenceProducer
  /** RFC 3339, UTC. */
  at: string
}

/**
 * Makes evidence of a report that was handed in: all its files read, merged, attributed and signed.
 * @param open the bytes of a raw file by its digest
 * @throws SluiceError with a code of `errors`, and the path of the file that cannot be read in its place
 */
export async function readEvidence(
  report: HandedInReport,
  { id, subject, producer, at }: Attribution,
  { open, signer }: { open: (digest: string) => Promise<AsyncIterable<Uint8Array>>; signer: Signer },
): Promise<EvidenceRecord> {
  const { fact, tool, files } = await readReportFiles(report, open)
  const { name, format } = report
  const statement = { name, subject, format, tool, at, ...wholeOf(files), reportFiles: files, producer, fact }
  return { id, ...statement, statement: await signStatement(makeStatement(statement), signer) }
}

/** Path and digest of the report as a whole. */
function wholeOf(files: ReportFileDigest[]): { reportPath: string; reportDigest: string } {
  const [first = { path: '', digest: '' }, ...others] = files
  if (others.length === 0) return { reportPath: first.path, reportDigest: first.digest }
  return { reportPath: `${first.path} and ${others.length} more`, reportDigest: digestOf(files) }
}
