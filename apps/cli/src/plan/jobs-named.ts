import type { PlanParallel } from '@sluice/contracts/plan'

/** The job of a name; where the name is that of a parallel job as it is written, all jobs that it stands for. */
export function jobsNamed<T extends { name: string; parallel?: PlanParallel }>(jobs: readonly T[], name: string): T[] {
  const exact = jobs.filter((job) => job.name === name)
  return exact.length > 0 ? exact : jobs.filter((job) => job.parallel?.job === name)
}
