import type { Plan, PlanJob } from '@sluice/contracts/plan'

/** Jobs whose artifacts a job receives: its needs, or those of all earlier stages, narrowed by `dependencies`. */
export function artifactSourcesOf(
  plan: Pick<Plan, 'stages' | 'jobs'>,
  job: Pick<PlanJob, 'needs' | 'dependencies' | 'stage'>,
): string[] {
  const { needs, dependencies } = job
  const before = needs?.filter(({ artifacts }) => artifacts).map((need) => need.job) ?? jobsOfEarlierStages(plan, job)
  return dependencies === null ? before : before.filter((name) => dependencies.includes(name))
}

function jobsOfEarlierStages({ stages, jobs }: Pick<Plan, 'stages' | 'jobs'>, job: Pick<PlanJob, 'stage'>): string[] {
  const stage = stages.indexOf(job.stage)
  return jobs.filter((other) => stages.indexOf(other.stage) < stage).map(({ name }) => name)
}
