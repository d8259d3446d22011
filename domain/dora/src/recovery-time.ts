import type { Failure } from './failure.ts'
import { absent, measured, type Figure } from './figure.ts'
import { percentilesOf } from './percentiles.ts'

/**
 * Failed deployment recovery time (DORA, narrowed in 2023 to failures that a change caused). From the first failing
 * judgement, else the end of the deployment, to the moment when the earlier version serves everyone again.
 */
export function recoveryTime(failures: Failure[]): Figure {
  const percentiles = percentilesOf(failures.map(({ startMs, endMs }) => Math.max(0, endMs - startMs)))
  const note = noteFor(failures)
  if (percentiles === null) return absent('ms', noFailure, note)
  const entries = failures.flatMap(({ deployment, rollback }) => [...deployment.entries, ...(rollback?.entries ?? [])])
  return measured({ value: percentiles.p50, unit: 'ms', n: failures.length, percentiles, entries, note })
}

const noFailure = {
  en: 'No deployment of the window failed after taking traffic, so there was nothing to recover from.',
  zh: '窗口内没有部署在接入流量后失败，因此不存在需要恢复的情况。',
}

function noteFor(failures: Failure[]): Figure['note'] {
  const judged = failures.filter(({ startedBy }) => startedBy === 'judgement').length
  const rest = failures.length - judged
  return {
    en: `From trouble to the earlier version serving everyone. Start: first failing judgement (${judged}) or end of the deployment (${rest}).`,
    zh: `从出现问题到旧版本重新承接全部流量。起点：首次不通过的判定（${judged} 次）或部署结束时间（${rest} 次）。`,
  }
}
