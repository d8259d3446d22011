import type { ClauseResult, Verdict } from '@sluice/contracts/evidence'
import { policyDigest } from '@sluice/gates'
import { SluiceError } from '@sluice/kernel'
import type { RunRow, Unit } from '@sluice/store-postgres'
import { releaseFilesOf } from '../rollouts/release-files-of.ts'
import { releaseGate, releaseToProve } from './proposed-policy.ts'

/**
 * Decides whether the release that a change proposes can be made of what its own run handed in. So a policy that names the
 * wrong job or folder stops the change that brings it, and not every change after it.
 */
export async function decideReleaseGate(
  unit: Unit,
  run: RunRow,
  verdict: Pick<Verdict, 'id' | 'runId' | 'subject' | 'at'>,
): Promise<Verdict | null> {
  const release = releaseToProve(run)
  if (release === null || run.proposed_policy === null) return null
  const fault = await faultOf(unit, run.id, release)
  const clause: ClauseResult = {
    rule: 'release',
    state: fault === null ? 'pass' : 'missing',
    expr: `release: { job: ${release.job}, path: ${release.path} }`,
    values: {},
    evidence: [],
    sentence: fault === null ? proved : refused(fault, run.commit.slice(0, 8)),
  }
  const { en, zh } = clause.sentence
  return {
    ...verdict,
    gate: releaseGate,
    decision: fault === null ? 'open' : 'closed',
    policy: { ref: run.ref, commit: run.commit, digest: policyDigest(run.proposed_policy) },
    clauses: [clause],
    sentence:
      fault === null
        ? { en: `Gate "${releaseGate}" is open: ${en}`, zh: `门禁“${releaseGate}”已放行：${zh}` }
        : { en: `Gate "${releaseGate}" is closed: ${en}`, zh: `门禁“${releaseGate}”已关闭：${zh}` },
  }
}

async function faultOf(unit: Unit, runId: string, release: { job: string; path: string }): Promise<string | null> {
  try {
    await releaseFilesOf(unit, runId, release)
    return null
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return error.message
  }
}

const proved = { en: 'the proposed release can be made', zh: '可以按提议的策略生成发布版本' }

const refused = (fault: string, commit: string) => ({
  en: `${fault}, as sluice.yml of this change (${commit}) wants it; correct "release" there, or what the job hands in`,
  zh: `${fault}（按本次变更 ${commit} 的 sluice.yml 的要求）；请更正其中的 release 或作业提交的产物`,
})
