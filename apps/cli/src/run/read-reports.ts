import type { EvidenceProducer, EvidenceRecord, EvidenceSubject } from '@sluice/contracts/evidence'
import { pathsOfReport, type ReportSource } from '@sluice/contracts/policy'
import { readEvidence, type Signer } from '@sluice/evidence'
import { blobMissing, unmatchedPaths, type BlobStore } from '@sluice/execution'
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
    const files = reports.filter(({ kind, name }) => kind === 'sluice_report' && name === source.name)
    if (files.length === 0) continue
    try {
      found.evidence.push(await readOne(reader, attempt, source, files))
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
  files: readonly JobReport[],
): Promise<EvidenceRecord> {
  const { name, format } = source
  const unmatched = unmatchedPaths(pathsOfReport(source), files)
  const attribution = { id: ids.next(), subject, producer, at: new Date(clock.now()).toISOString() }
  const open = async (digest: string): Promise<AsyncIterable<Uint8Array>> => {
    const content = await blobs.get(digest)
    if (content === null) throw blobMissing(digest, name)
    return content
  }
  return readEvidence({ name, format, files, unmatched }, attribution, { open, signer })
}
