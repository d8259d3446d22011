import type { Plan } from '@sluice/contracts/plan'

/** Names of the jobs of a plan and of its children, as far as these are known: `job/child-job`. */
export function jobsOfTree({ jobs }: Pick<Plan, 'jobs'>): string[] {
  return jobs.flatMap(({ name, downstream }) => {
    const child = downstream?.target.kind === 'child' ? downstream.target.plan : undefined
    return [name, ...(child === undefined ? [] : jobsOfTree(child).map((below) => `${name}/${below}`))]
  })
}
