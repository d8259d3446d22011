import type { EvidenceRecord } from '@sluice/contracts/evidence'
import type { ReportSource } from '@sluice/contracts/policy'

/**
 * The one record that counts for a report: of the job that the policy names, from its last attempt. Only where that job
 * handed in nothing, the newest of another job is given, so that the verdict can say what is wrong with it.
 */
export function chooseEvidence(
  name: string,
  records: readonly EvidenceRecord[],
  source: ReportSource | undefined,
  lastAttempts: Readonly<Record<string, number>>,
): EvidenceRecord | null {
  const lastOf = (job: string): number => (Object.hasOwn(lastAttempts, job) ? (lastAttempts[job] ?? 0) : 0)
  const isLast = ({ producer }: EvidenceRecord): boolean => producer.attempt >= lastOf(producer.job)
  const named = records.filter((record) => record.name === name && isLast(record)).toSorted(newestFirst)
  return named.find((record) => record.producer.job === source?.job) ?? named[0] ?? null
}

/** A total order, so that the order in which evidence comes changes nothing. */
function newestFirst(a: EvidenceRecord, b: EvidenceRecord): number {
  return b.producer.attempt - a.producer.attempt || compare(b.at, a.at) || compare(b.id, a.id)
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
