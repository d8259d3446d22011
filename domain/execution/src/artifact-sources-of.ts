import type { Plan, PlanJob } from '@sluice/contracts/plan'

/** Jobs whose artifacts a job receives: its needs, or those of all earlier stages, narrowed by `dependencies`. */
export function artifactSourcesOf(
  plan: Pick<Plan, 'stages' | 'jobs'>,
  job: Pick<PlanJob, 'needs' | 'dependencies' | 'stage'>,
): string[] {
  if (job.needs !== null) return job.needs.filter(({ artifacts }) => artifacts).map((need) => need.job)
  const stage = plan.stages.indexOf(job.stage)
  const earlier = plan.jobs.filter((other) => plan.stages.indexOf(other.stage) < stage).map(({ name }) => name)
  return job.dependencies === null ? earlier : earlier.filter((name) => job.dependencies?.includes(name))
}
