import type { Plan } from '@sluice/contracts/plan'
import { childOf } from './child-of.ts'

/** A plan and those of its children that are known, each with what stands before the names of its jobs: `job/`. */
export function planTree(plan: Plan, prefix = ''): { prefix: string; plan: Plan }[] {
  const below = plan.jobs.flatMap((job) => {
    const child = childOf(job)?.plan ?? null
    return child === null ? [] : planTree(child, `${prefix}${job.name}/`)
  })
  return [{ prefix, plan }, ...below]
}
