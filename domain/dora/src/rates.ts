import type { Deployment } from './deployment.ts'
import type { Failure } from './failure.ts'
import { absent, measured, type Figure } from './figure.ts'

const noTraffic = {
  en: 'No deployment of the window took traffic.',
  zh: '窗口内没有任何部署接入过流量。',
}

/** Change fail rate (DORA): deployments taken back after they took traffic ÷ deployments that took traffic. */
export function changeFailRate(within: Deployment[], failures: Failure[]): Figure {
  const served = within.filter(({ tookTraffic }) => tookTraffic)
  const failed = new Set(failures.map(({ deployment }) => deployment.id))
  const count = served.filter(({ id }) => failed.has(id)).length
  const note = {
    en: `${count} of ${served.length} deployments that took traffic were aborted by their analysis or rolled back later. Runs that failed before taking traffic are not in it.`,
    zh: `${served.length} 次接入过流量的部署中，有 ${count} 次被分析中止或事后回退。接入流量之前就失败的部署不计入。`,
  }
  if (served.length === 0) return absent('ratio', noTraffic, note)
  const entries = served.flatMap((deployment) => deployment.entries)
  return measured({ value: count / served.length, unit: 'ratio', n: served.length, entries, note })
}

/**
 * Deployment rework rate (DORA, since 2024). The log has no mark of planned and unplanned work, so a deployment counts
 * as rework where it is a rollback or directly follows a failed one in the same environment: an attribution by order.
 * `all` is the history up to now, for predecessors that lie before the window.
 */
export function reworkRate(all: Deployment[], within: Deployment[], failures: Failure[]): Figure {
  const failed = new Set(failures.map(({ deployment }) => deployment.id))
  const rollbacks = new Set(failures.flatMap(({ rollback }) => rollback?.id ?? []))
  const served = all.filter(({ tookTraffic }) => tookTraffic)
  const judged = within.flatMap((deployment) => {
    const place = served.indexOf(deployment)
    const previous = served
      .slice(0, Math.max(place, 0))
      .findLast(({ environment }) => environment === deployment.environment)
    return previous === undefined ? [] : [{ deployment, previous }]
  })
  const isRework = ({ deployment, previous }: (typeof judged)[number]): boolean =>
    rollbacks.has(deployment.id) || failed.has(previous.id)
  const count = judged.filter(isRework).length
  const note = {
    en: `${count} of ${judged.length} deployments with a predecessor were rollbacks or directly followed a failed one. Attributed by order: the log has no mark of planned and unplanned work.`,
    zh: `${judged.length} 次有前序部署的部署中，有 ${count} 次是回退或紧接在失败部署之后。此处按先后次序归因：日志中没有计划内与计划外工作的标记。`,
  }
  if (judged.length === 0) return absent('ratio', noPredecessor, note)
  const entries = judged.flatMap(({ deployment, previous }) => [deployment.finishedSeq, previous.finishedSeq])
  return measured({ value: count / judged.length, unit: 'ratio', n: judged.length, entries, note })
}

const noPredecessor = {
  en: 'No deployment of the window follows another one, and the log has no mark of planned and unplanned work.',
  zh: '窗口内没有任何部署存在前序部署，且日志中没有计划内与计划外工作的标记。',
}

/** Deployment run failure rate: finished deployments that were not promoted ÷ finished deployments. Not one of the five. */
export function runFailureRate(within: Deployment[]): Figure {
  const count = within.filter(({ outcome }) => outcome !== 'promoted').length
  const note = {
    en: `${count} of ${within.length} finished deployments were not promoted, whether users noticed or not.`,
    zh: `${within.length} 次已结束的部署中，有 ${count} 次未能全量上线，无论用户是否察觉。`,
  }
  if (within.length === 0) return absent('ratio', nothingFinished, note)
  const entries = within.map(({ finishedSeq }) => finishedSeq)
  return measured({ value: count / within.length, unit: 'ratio', n: within.length, entries, note })
}

const nothingFinished = { en: 'No deployment finished in the window.', zh: '窗口内没有任何部署结束。' }
