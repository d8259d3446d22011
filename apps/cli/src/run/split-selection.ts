import type { Plan } from '@sluice/contracts/plan'
import { jobsNamed } from '../plan/jobs-named.ts'
import type { Selection } from './selection.ts'

/** A selection of jobs of one plan, and those of its children. */
export interface SplitSelection {
  names: string[]
  manual: string[]
  /** By the job that begins the child. */
  children: Map<string, Selection>
}

/**
 * Divides names by whose jobs they mean: `deploy/check` is job `check` of the child that job `deploy` begins, unless a job
 * has that very name. To name a job of a child is to name the job that begins it; to start a manual one is not.
 */
export function splitSelection(plan: Plan, { names, manual, withNeeds }: Selection): SplitSelection {
  const parts = new Map<string, { names: string[]; manual: string[]; withNeeds: boolean }>()
  const own = { names: [] as string[], manual: [] as string[] }
  const put = (kind: 'names' | 'manual', name: string): void => {
    const child = childIn(plan, name)
    if (child === null) return void own[kind].push(name)
    const part = parts.get(child.job) ?? { names: [], manual: [], withNeeds }
    parts.set(child.job, part)
    part[kind].push(child.name)
    if (kind === 'names') own.names.push(child.job)
  }
  for (const name of names) put('names', name)
  for (const name of manual) put('manual', name)
  return { ...own, children: parts }
}

function childIn({ jobs }: Plan, name: string): { job: string; name: string } | null {
  if (jobsNamed(jobs, name).length > 0) return null
  const job = jobs.find((one) => one.downstream !== undefined && name.startsWith(`${one.name}/`))
  return job === undefined ? null : { job: job.name, name: name.slice(job.name.length + 1) }
}
