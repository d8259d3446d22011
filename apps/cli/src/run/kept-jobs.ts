import type { Plan } from '@sluice/contracts/plan'
import type { LastJob, LastJobs } from './last-jobs.ts'

/** A run that goes on from the last one. */
export interface Continuation {
  /** Jobs of the last run, as they are planned now. */
  plan: Plan
  /** Those that succeeded and do the same still: they are not run again, their artifacts are handed on. */
  kept: ReadonlyMap<string, LastJob>
}

/** What is left of the last run: whatever failed, was stopped or was never reached, and what is defined anew. */
export function continueRun(plan: Plan, last: Pick<LastJobs, 'jobs'>): Continuation {
  const known = new Map(Object.entries(last.jobs))
  const jobs = plan.jobs.filter(({ name }) => known.has(name))
  const kept = new Map(
    jobs.flatMap(({ name, definitionDigest }) => {
      const job = known.get(name)
      const isSame = job?.status === 'success' && job.definitionDigest === definitionDigest
      // A job that does not wait for its child succeeds whatever comes of that.
      const isKept = isSame && job.child?.isWell !== false
      return isKept ? [[name, job] as const] : []
    }),
  )
  return { plan: { ...plan, jobs: jobs.map((job) => withoutAbsent(job, known)) }, kept }
}

type PlannedJob = Plan['jobs'][number]

/** A need of a job that is not among those to run is none. */
export function withoutAbsent(job: PlannedJob, present: { has(name: string): boolean }): PlannedJob {
  if (job.needs === null) return job
  return { ...job, needs: job.needs.filter((need) => present.has(need.job)) }
}
