import type { EvidenceRecord, EvidenceSubject, Verdict } from '@sluice/contracts/evidence'
import type { GatePolicy, ReportSource } from '@sluice/contracts/policy'

/** A report that was handed in but could not be read, by the newest attempt of its job. */
export interface RefusedReport {
  name: string
  /** Code and message of the error that refused it. */
  code: string
  message: string
}

/** Everything that a verdict follows from. The gate, the sources and the policy are those of the protected branch. */
export interface DecideInput {
  /** Id of the verdict to be. */
  id: string
  runId: string
  gate: GatePolicy
  policy: Verdict['policy']
  /** What the verdict is about: evidence about anything else does not count. */
  subject: EvidenceSubject
  /** In any order. */
  evidence: readonly EvidenceRecord[]
  refused: readonly RefusedReport[]
  /** `reports` of the policy: which job hands in what. */
  sources: readonly ReportSource[]
  /**
   * Number of each job's last attempt. What an earlier one handed in does not count: the last attempt is the job. A job
   * that is not named here has no earlier attempts to fear.
   */
  lastAttempts: Readonly<Record<string, number>>
  /** RFC 3339, UTC. */
  at: string
}
