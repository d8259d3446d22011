import type { Sentence } from '@sluice/contracts/api'
import type { RunRow } from '@sluice/store-postgres'
import { releaseToProve } from '../runs/proposed-policy.ts'

/** Why a run that succeeded has no release, by which policy, and the way out. `message` without a full stop. */
export function releaseRefusal(run: RunRow, message: string): Sentence {
  const commit = run.policy_commit.slice(0, 8)
  if (run.policy_commit === run.commit)
    return {
      en: `${message}. Correct "release" in sluice.yml, or what the job hands in, and deliver again.`,
      zh: `${message}。请更正 sluice.yml 中的 release 或作业提交的产物，然后重新交付。`,
    }
  const wanted = {
    en: `${message}, as sluice.yml of commit ${commit} wants it.`,
    zh: `${message}（按提交 ${commit} 的 sluice.yml 的要求）。`,
  }
  // The run succeeded, so the release of its own policy was proved.
  if (run.ref === run.policy_ref && releaseToProve(run) !== null)
    return {
      en: `${wanted.en} This change's own sluice.yml is in force from now on, and its release can be made: deliver it once more.`,
      zh: `${wanted.zh}本次变更自己的 sluice.yml 现已生效，且可据此生成发布版本：请再次交付。`,
    }
  return {
    en: `${wanted.en} Hand that in, or change "release" in sluice.yml of "${run.policy_ref}", and deliver again.`,
    zh: `${wanted.zh}请提交该产物，或更改 ${run.policy_ref} 上 sluice.yml 中的 release，然后重新交付。`,
  }
}
