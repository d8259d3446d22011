import type { RunSummary, Sentence } from '@sluice/contracts/api'
import { unreachable } from '@sluice/kernel'
import { parentOf, type RunHead } from '@sluice/store-postgres'

/**
 * One line of a project's history. `unisolated`: a job of it ran without isolation.
 * @param numbers of the runs whose children are shown, by their id
 */
export function runSummary(
  run: RunHead,
  unisolated: boolean,
  numbers: ReadonlyMap<string, number> = new Map(),
): RunSummary {
  return {
    id: run.id,
    number: run.number,
    project: run.project,
    ref: run.ref,
    commit: run.commit,
    title: run.title,
    author: run.author,
    source: run.source,
    status: run.status,
    delivery: deliveryOf(run),
    sentence: run.deliver ? run.delivery.sentence : statusSentence(run),
    createdAt: run.created_at.toISOString(),
    finishedAt: run.finished_at?.toISOString() ?? null,
    unisolated,
    parent: parentView(run, numbers),
  }
}

function parentView(run: RunHead, numbers: ReadonlyMap<string, number>): RunSummary['parent'] {
  const parent = parentOf(run)
  return parent && { runId: parent.runId, number: numbers.get(parent.runId) ?? 0, job: parent.job }
}

function deliveryOf(run: RunHead): RunSummary['delivery'] {
  if (!run.deliver) return 'none'
  const { status } = run.delivery
  switch (status) {
    case 'waiting':
      return 'waiting'
    case 'releasing':
    case 'delivering':
      return 'delivering'
    case 'delivered':
    case 'stopped':
      return status
    default:
      return unreachable(status)
  }
}

function statusSentence(run: RunHead): Sentence {
  switch (run.status) {
    case 'running':
      return { en: 'The jobs are running.', zh: '作业正在运行。' }
    case 'success':
      return { en: 'All jobs and gates passed.', zh: '全部作业与门禁均已通过。' }
    case 'failed':
      return { en: 'It failed.', zh: '运行失败。' }
    case 'canceled':
      return run.outdated_by === null
        ? { en: 'It was canceled.', zh: '运行已取消。' }
        : {
            en: `Canceled for run ${run.outdated_by} of a newer commit.`,
            zh: `已取消：运行 #${run.outdated_by} 对应更新的提交。`,
          }
    default:
      return unreachable(run.status)
  }
}
