import type { EvidenceRecord, EvidenceSubject, Verdict } from '@sluice/contracts/evidence'
import { decide, policyDigest, type DecideInput, type RefusedReport } from '@sluice/gates'
import { listEvidence, listRefusedReports, type RunRow, type Unit } from '@sluice/store-postgres'
import { decideReleaseGate } from './decide-release-gate.ts'
import { evidenceInProposed, gatesToAsk, isProposed, nameInProposed, releaseGate } from './proposed-policy.ts'

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
  const verdict = { id: verdictId, runId: run.id, subject: subjectOf(run), at: new Date(atMs).toISOString() }
  if (gateName === releaseGate) return decideReleaseGate(unit, run, verdict)
  const gate = gatesToAsk(run).find(({ name }) => name === gateName)
  if (gate === undefined) return null
  const evidence = await listEvidence(unit, run.id)
  const refused = (await listRefusedReports(unit, run.id)).filter((report) => isNewest(report, evidence))
  return decide({
    ...verdict,
    gate,
    ...(isProposed(gateName) ? underProposed : underInForce)(run, evidence, refused),
    lastAttempts: Object.fromEntries(Object.values(run.state.jobs).map((job) => [job.name, job.attempt])),
  })
}

/** What a verdict follows from that is another under the other policy. */
type Judging = Pick<DecideInput, 'policy' | 'sources' | 'evidence' | 'refused'>

function underInForce(run: RunRow, evidence: EvidenceRecord[], refused: RefusedReport[]): Judging {
  const own = evidence.filter(({ name }) => !isProposed(name))
  return {
    policy: { ref: run.policy_ref, commit: run.policy_commit, digest: run.policy_digest },
    sources: run.policy.reports,
    evidence: run.producers_accepted ? own.map(accepted) : own,
    refused: refused.filter(({ name }) => !isProposed(name)),
  }
}

function underProposed(run: RunRow, evidence: EvidenceRecord[], refused: RefusedReport[]): Judging {
  const { policy, ref, commit } = run
  const proposed = run.proposed_policy ?? policy
  return {
    policy: { ref, commit, digest: policyDigest(proposed) },
    sources: proposed.reports,
    evidence: evidenceInProposed(policy, proposed, evidence).map(accepted),
    refused: refused.flatMap((report) => {
      const name = nameInProposed(policy, proposed, report.name)
      return name === null ? [] : [{ ...report, name }]
    }),
  }
}

/** Takes the change's own definition of the reporting job for the protected one, as a person did for the run or as it will be. */
function accepted(record: EvidenceRecord): EvidenceRecord {
  return { ...record, producer: { ...record.producer, protectedDefinitionDigest: record.producer.definitionDigest } }
}

/** A later attempt that was read replaces an earlier one that was refused. */
function isNewest(report: { name: string; job: string; attempt: number }, evidence: EvidenceRecord[]): boolean {
  return !evidence.some(
    ({ name, producer }) => name === report.name && producer.job === report.job && producer.attempt > report.attempt,
  )
}
