import type { ExcludedJob, PlanJob } from '@sluice/contracts/plan'
import type { Mistakes } from '../mistakes.ts'
import type { JobDefinition } from '../read/job.ts'
import type { NeedDefinition } from '../read/needs.ts'
import { quote } from '../yaml/located.ts'
import { reportCycles } from './check-needs.ts'
import type { PlannedJob } from './plan-job.ts'

/**
 * Fits needs and dependencies to the jobs that are in the plan: an optional need on a job that is out goes, with a
 * reason; one that is not optional is a mistake.
 */
export function settleNeeds(
  planned: readonly PlannedJob[],
  definitions: ReadonlyMap<string, JobDefinition>,
  mistakes: Mistakes,
): { jobs: PlanJob[]; excluded: ExcludedJob[] } {
  const inPlan = planned.filter((entry) => entry.kind === 'in')
  const names = new Set(inPlan.map(({ job }) => job.name))
  reportCycles(definitions, new Map(inPlan.map(({ job, needs }) => [job.name, needs ?? []])), mistakes)
  return {
    jobs: inPlan.map(({ job, needs }) => settle(job, needs ?? [], names, mistakes)),
    excluded: planned.filter((entry) => entry.kind === 'out').map(({ job }) => job),
  }
}

function settle(
  job: PlanJob,
  needs: readonly NeedDefinition[],
  names: ReadonlySet<string>,
  mistakes: Mistakes,
): PlanJob {
  const missing = needs.filter((need) => !names.has(need.job))
  for (const need of missing) {
    if (need.optional) continue
    const message = `Cannot read needs of job ${quote(job.name)}: job ${quote(need.job)} is not in the plan for this change; wanted it in the plan, or optional: true`
    mistakes.add('PIPELINE_NEED_EXCLUDED', need.place, message)
  }
  const dropped = missing.map((need) => ({
    kind: 'needs' as const,
    text: `does not wait for "${need.job}": it is optional and not in the plan`,
    position: need.place,
  }))
  return {
    ...job,
    needs: job.needs?.filter((need) => names.has(need.job)) ?? null,
    dependencies: job.dependencies?.filter((name) => names.has(name)) ?? null,
    reasons: [...job.reasons, ...dropped],
  }
}
