import type { Deployment } from './deployment.ts'
import { absent, measured, type Figure } from './figure.ts'
import { percentilesOf } from './percentiles.ts'

const note = {
  en: 'Per commit: the end of the first promoted deployment that brought it, minus the time when the server received it. Percentiles by nearest rank.',
  zh: '按提交计算：首次将其带入该环境且已全量的部署的结束时间，减去服务器接收该提交的时间。百分位数采用最近秩法。',
}

/**
 * Change lead time (DORA). Starts at the server's receive time, since a commit's own dates can be rewritten. A commit
 * that was promoted before the window is not counted again; one without a usable time lowers the coverage.
 */
export function leadTime(before: Deployment[], within: Deployment[]): Figure {
  const promotedBefore = before.filter(({ outcome }) => outcome === 'promoted')
  const known = new Set(promotedBefore.flatMap(({ commits }) => commits.map(({ commit }) => commit)))
  const durations: number[] = []
  const entries: number[] = []
  let unusable = 0
  for (const deployment of within.filter(({ outcome }) => outcome === 'promoted')) {
    for (const { commit, receivedAtMs } of deployment.commits) {
      if (known.has(commit)) continue
      known.add(commit)
      const durationMs = deployment.finishedAtMs - receivedAtMs
      if (Number.isFinite(durationMs) && durationMs >= 0) {
        durations.push(durationMs)
        entries.push(deployment.finishedSeq)
      } else unusable += 1
    }
  }
  const percentiles = percentilesOf(durations)
  if (percentiles === null) return absent('ms', noCommits, note)
  const n = durations.length
  return measured({ value: percentiles.p50, unit: 'ms', n, coverage: n / (n + unusable), percentiles, entries, note })
}

const noCommits = {
  en: 'No promoted deployment of the window brought a commit with a usable receive time.',
  zh: '窗口内没有任何已全量的部署带来具有有效接收时间的提交。',
}
