import type { EvidenceProducer, EvidenceRecord, EvidenceSubject } from '@sluice/contracts/evidence'
import type { ReportSource } from '@sluice/contracts/policy'
import { makeStatement, readReport, reportBytesMax, signStatement, type Signer } from '@sluice/evidence'
import type { BlobStore } from '@sluice/execution'
import type { JobReport } from '@sluice/executor-process'
import type { RefusedReport } from '@sluice/gates'
import { SluiceError, type Clock, type Ids } from '@sluice/kernel'

/** What an attempt's reports gave: evidence, and reports that could not be read. */
export interface ReadReports {
  evidence: EvidenceRecord[]
  refused: (RefusedReport & { job: string })[]
}

export interface ReportReader {
  blobs: BlobStore
  signer: Signer
  clock: Clock
  ids: Ids
}

/** Reads the reports that the policy wants of one attempt, and signs what they say with the key of this machine. */
export async function readReports(
  reader: ReportReader,
  attempt: { subject: EvidenceSubject; producer: EvidenceProducer; sources: readonly ReportSource[] },
  reports: readonly JobReport[],
): Promise<ReadReports> {
  const found: ReadReports = { evidence: [], refused: [] }
  for (const source of attempt.sources) {
    const report = reports.find(({ kind, name }) => kind === 'sluice_report' && name === source.name)
    if (report === undefined) continue
    try {
      found.evidence.push(await readOne(reader, attempt, source, report))
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
      found.refused.push({ name: source.name, job: source.job, code: error.code, message: error.message })
    }
  }
  return found
}

async function readOne(
  { blobs, signer, clock, ids }: ReportReader,
  { subject, producer }: { subject: EvidenceSubject; producer: EvidenceProducer },
  source: ReportSource,
  report: JobReport,
): Promise<EvidenceRecord> {
  const bytes = await bytesOf(blobs, report.digest)
  const { fact, tool } = readReport(source.format, bytes, { path: source.path })
  const statement = {
    name: source.name,
    subject,
    format: source.format,
    tool,
    at: new Date(clock.now()).toISOString(),
    reportDigest: report.digest,
    reportPath: report.path,
    producer,
    fact,
  }
  return { id: ids.next(), ...statement, statement: await signStatement(makeStatement(statement), signer) }
}

/** A whole report, or as much of it as shows that it is too large. */
export async function bytesOf(blobs: BlobStore, digest: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let sizeBytes = 0
  for await (const part of (await blobs.get(digest)) ?? []) {
    parts.push(part)
    sizeBytes += part.length
    // The reader refuses what is too large; the rest of it need not be in memory for that.
    if (sizeBytes > reportBytesMax) break
  }
  return Buffer.concat(parts)
}
