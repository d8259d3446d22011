import type { Verdict } from '@sluice/contracts/evidence'
import type { Policy } from '@sluice/contracts/policy'
import { decide, policyDigest } from '@sluice/gates'
import type { LastRun } from './last-run.ts'

/** Decides one gate of a policy on what a run left. */
export function judge(run: LastRun, policy: Policy, gateName: string, verdictId: string): Verdict {
  const gate = policy.gates.find(({ name }) => name === gateName)
  if (gate === undefined) throw new TypeError(`gate "${gateName}" is not in the policy`)
  return decide({
    id: verdictId,
    runId: run.runId,
    gate,
    policy: { ref: run.ref, commit: run.commit, digest: policyDigest(policy) },
    subject: run.subject,
    evidence: run.evidence,
    refused: run.refused,
    sources: policy.reports,
    lastAttempts: run.jobs,
    at: run.at,
  })
}
