import type { Sentence } from '@sluice/contracts/api'
import { policyDigest } from '@sluice/gates'
import { findPolicyInForce, type RunRow, type Unit } from '@sluice/store-postgres'

/**
 * Why a run that succeeded is not released after all: another policy came in force while it ran, or waited for a person,
 * and its gates were never asked of it; `null`: those that were asked are still the ones.
 */
export async function replacedPolicy(unit: Unit, run: RunRow): Promise<Sentence | null> {
  const inForce = await findPolicyInForce(unit, run.project, run.policy_ref)
  if (inForce === null) return null
  const judging = [run.policy_digest, ...(run.proposed_policy === null ? [] : [policyDigest(run.proposed_policy)])]
  if (judging.includes(policyDigest(inForce))) return null
  const commit = run.policy_commit.slice(0, 8)
  return {
    en: `Another sluice.yml came in force while the run was under way; it was judged by that of commit ${commit}. Deliver the change again.`,
    zh: `运行期间已有新的 sluice.yml 生效；本次运行按提交 ${commit} 的版本裁决。请重新交付该变更。`,
  }
}
