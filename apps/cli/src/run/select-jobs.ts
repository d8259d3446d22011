import type { Plan, PlanJob } from '@sluice/contracts/plan'
import { SluiceError } from '@sluice/kernel'
import { nearestName } from '@sluice/pipeline'
import type { CliErrorCode } from '../errors.ts'
import { jobsNamed } from '../plan/jobs-named.ts'

/**
 * The part of a plan that named jobs need: they and all they wait for. Without names, the whole. The written name of a
 * parallel job means all its jobs. To name a manual job is
 * to start it: it runs as soon as it can, and its failure counts.
 * @throws SluiceError CLI_JOB_UNKNOWN
 */
export function selectJobs(plan: Plan, names: readonly string[]): Plan {
  if (names.length === 0) return plan
  const wanted = new Set<string>()
  const named = names.flatMap((name) => jobsOf(plan, name))
  const started = new Set(named.map(({ name }) => name))
  const waiting = [...named]
  for (const job of waiting) {
    if (wanted.has(job.name)) continue
    wanted.add(job.name)
    waiting.push(...jobsBefore(plan, job))
  }
  const jobs = plan.jobs.filter(({ name }) => wanted.has(name))
  return { ...plan, jobs: jobs.map((job) => (started.has(job.name) ? startedByName(job) : job)) }
}

function startedByName(job: PlanJob): PlanJob {
  return job.when === 'manual' ? { ...job, when: 'on_success', allowFailure: false } : job
}

function jobsBefore(plan: Plan, job: PlanJob): PlanJob[] {
  if (job.needs !== null) return plan.jobs.filter(({ name }) => job.needs?.some((need) => need.job === name))
  const stage = plan.stages.indexOf(job.stage)
  return plan.jobs.filter((other) => plan.stages.indexOf(other.stage) < stage)
}

function jobsOf(plan: Plan, name: string): PlanJob[] {
  const jobs = jobsNamed(plan.jobs, name)
  if (jobs.length > 0) return jobs
  const [excluded] = jobsNamed(plan.excluded, name)
  const why =
    excluded === undefined
      ? nearest(plan, name)
      : `it is not in the plan for this change (${excluded.reasons.at(-1)?.text ?? 'no reason is known'})`
  throw new SluiceError<CliErrorCode>('CLI_JOB_UNKNOWN', `Cannot run job "${name}": ${why}`)
}

function nearest(plan: Plan, name: string): string {
  const names = plan.jobs.map((one) => one.name)
  const near = nearestName(name, names)
  const hint = near === null ? `wanted one of ${names.join(', ')}` : `nearest name: "${near}"`
  return `the pipeline has no such job; ${hint}`
}
