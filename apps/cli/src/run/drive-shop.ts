import { randomUUID } from 'node:crypto'
import type { IsolationLevel } from '@sluice/contracts/evidence'
import type { PlanJob } from '@sluice/contracts/plan'
import type { RunState } from '@sluice/engine'
import { beginChild } from './begin-child.ts'
import { driveRun, type AttemptEnd } from './drive-run.ts'
import type { Shop } from './open-shop.ts'
import { runAttempt } from './run-attempt.ts'

/** Runs the jobs of a shop's run and of its children, and decides its gates on the way. */
export async function driveShop(shop: Shop): Promise<RunState> {
  const { run } = shop
  const { runId, gates, room, groups, clock, signal } = run
  const isolationOf = (job: PlanJob): IsolationLevel => shop.executor.isolationOf(job)
  const plan = { ...run.plan, jobs: run.plan.jobs.map((job) => (run.kept.has(job.name) ? withoutChild(job) : job)) }
  return driveRun(
    { runId, plan, gates, isolationOf, room, groups, clock, signal },
    {
      runJob: async (job, attempt, stop) => (run.kept.has(job.name) ? keptEnd : runAttempt(shop, job, attempt, stop)),
      decideGate: async (gate) => {
        const { judge } = await import('./judge.ts')
        const verdict = judge(shop.last, run.policy, gate, randomUUID())
        shop.verdicts.push(verdict)
        return verdict.decision
      },
      beginChild: (job, attempt, stop) => beginChild(shop, { job, attempt, signal: stop }, driveShop),
      tellWaiting: (job, resourceGroup) => run.view.wait(job, resourceGroup),
    },
  )
}

const keptEnd: AttemptEnd = { outcome: 'success', reason: null, exitCode: 0 }

/** A job that is kept begins no child again. */
function withoutChild({ downstream: _downstream, ...job }: PlanJob): PlanJob {
  return job
}
