import { ownJob } from './own-job.ts'
import type { RunJob, RunState } from './run-state.ts'

/**
 * By stage, and within a stage each job after those that it needs: one pass over the jobs in this order finds all that
 * follows from what has ended, however long the chain.
 */
export function turnOrder({ jobs }: RunState): RunJob[] {
  const order: RunJob[] = []
  const seen = new Set<RunJob>()
  for (const job of Object.values(jobs).toSorted((a, b) => a.stageIndex - b.stageIndex)) {
    // A stack of our own, as a chain may be longer than the machine's.
    const path = seen.has(job) ? [] : [job]
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      seen.add(last)
      const before = last.needs?.map((need) => ownJob(jobs, need.job)).find((other) => other && !seen.has(other))
      if (before === undefined) order.push(...path.splice(-1))
      else path.push(before)
    }
  }
  return order
}
