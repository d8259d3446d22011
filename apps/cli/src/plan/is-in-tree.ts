import type { Plan } from '@sluice/contracts/plan'
import { childOf } from './child-of.ts'
import { jobsNamed } from './jobs-named.ts'

/** Whether a plan, or as `job/child-job` one of its children, has a job of this name, in or out. */
export function isInTree({ jobs, excluded }: Plan, name: string): boolean {
  if (jobsNamed([...jobs, ...excluded], name).length > 0) return true
  return jobs.some((job) => {
    const child = name.startsWith(`${job.name}/`) ? childOf(job)?.plan : null
    return child != null && isInTree(child, name.slice(job.name.length + 1))
  })
}
