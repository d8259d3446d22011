import type { EvidenceRecord, EvidenceSubject, Verdict } from '@sluice/contracts/evidence'
import { decide } from '@sluice/gates'
import { listEvidence, listRefusedReports, type RunRow, type Unit } from '@sluice/store-postgres'

/** What a run's evidence is about: its commit (in-toto DigestSet, `gitCommit`). */
export function subjectOf(run: { project: string; commit: string }): EvidenceSubject {
  return { name: run.project, digest: { gitCommit: run.commit } }
}

/** Decides one of a run's gates on what has been handed in. Reads only; the caller keeps the verdict. */
export async function decideGate(
  unit: Unit,
  run: RunRow,
  gateName: string,
  verdictId: string,
  atMs: number,
): Promise<Verdict | null> {
  const gate = run.policy.gates.find(({ name }) => name === gateName)
  if (gate === undefined) return null
  const evidence = await listEvidence(unit, run.id)
  const refused = await listRefusedReports(unit, run.id)
  return decide({
    id: verdictId,
    runId: run.id,
    gate,
    policy: { ref: run.policy_ref, commit: run.policy_commit, digest: run.policy_digest },
    subject: subjectOf(run),
    evidence: run.producers_accepted ? evidence.map(accepted) : evidence,
    refused: refused.filter((report) => isNewest(report, evidence)),
    sources: run.policy.reports,
    lastAttempts: Object.fromEntries(Object.values(run.state.jobs).map((job) => [job.name, job.attempt])),
    at: new Date(atMs).toISOString(),
  })
}

/** A person has taken the change's own definition of the reporting job for the protected one, in the log and for this run. */
function accepted(record: EvidenceRecord): EvidenceRecord {
  return { ...record, producer: { ...record.producer, protectedDefinitionDigest: record.producer.definitionDigest } }
}

/** A later attempt that was read replaces an earlier one that was refused. */
function isNewest(report: { name: string; job: string; attempt: number }, evidence: EvidenceRecord[]): boolean {
  return !evidence.some(
    ({ name, producer }) => name === report.name && producer.job === report.job && producer.attempt > report.attempt,
  )
}
