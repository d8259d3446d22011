import type { Plan, PlanJob } from '@sluice/contracts/plan'
import { SluiceError } from '@sluice/kernel'
import { nearestName } from '@sluice/pipeline'
import type { CliErrorCode } from '../errors.ts'
import { jobsNamed } from '../plan/jobs-named.ts'
import { withoutAbsent } from './kept-jobs.ts'
import type { Selection } from './selection.ts'
import { splitSelection } from './split-selection.ts'

/** The part of a plan that is to run. */
export interface SelectedJobs {
  plan: Plan
  /** Manual jobs that run, as somebody asked for them. */
  startedByHand: ReadonlySet<string>
  /** What is wanted of children, by the job that begins each: names such as `job/child-job`. */
  children: ReadonlyMap<string, Selection>
}

/**
 * The jobs that are named, and all they wait for; without names, the whole plan. The written name of a parallel job means
 * all its jobs. To name a manual job is to start it: it runs as soon as it can, and its failure counts. One that is
 * started beside others keeps what its `allow_failure` says.
 * @throws SluiceError CLI_JOB_UNKNOWN
 */
export function selectJobs(plan: Plan, selection: Selection): SelectedJobs {
  const { names, manual, children } = splitSelection(plan, selection)
  const { withNeeds } = selection
  for (const { downstream, name } of plan.jobs) {
    const ofChild = children.get(name)
    // A child that is known only later is looked at then.
    if (ofChild !== undefined && downstream?.target.kind === 'child' && downstream.target.plan !== undefined)
      selectJobs(downstream.target.plan, ofChild)
  }
  const named = names.flatMap((name) => jobsOf(plan, name))
  const beside = manual.flatMap((name) => manualJobsOf(plan, name))
  const wanted = namesWanted(plan, [...named, ...beside], withNeeds)
  const [isNamed, isBeside] = [namesOf(named), namesOf(beside)]
  const chosen = names.length === 0 ? plan.jobs : plan.jobs.filter(({ name }) => wanted.has(name))
  const present = namesOf(chosen)
  const jobs = chosen.map((job) => {
    const here = withNeeds ? job : withoutAbsent(job, present)
    if (here.when !== 'manual') return here
    if (isNamed.has(here.name)) return { ...here, when: 'on_success' as const, allowFailure: false }
    return isBeside.has(here.name) ? { ...here, when: 'on_success' as const } : here
  })
  const byHand = chosen.filter(({ name, when }) => when === 'manual' && (isNamed.has(name) || isBeside.has(name)))
  return { plan: { ...plan, jobs }, startedByHand: namesOf(byHand), children }
}

const namesOf = (jobs: readonly PlanJob[]): Set<string> => new Set(jobs.map(({ name }) => name))

function namesWanted(plan: Plan, jobs: PlanJob[], withNeeds: boolean): Set<string> {
  const wanted = new Set<string>()
  const waiting = [...jobs]
  for (const job of waiting) {
    if (wanted.has(job.name)) continue
    wanted.add(job.name)
    if (withNeeds) waiting.push(...jobsBefore(plan, job))
  }
  return wanted
}

function manualJobsOf(plan: Plan, name: string): PlanJob[] {
  const jobs = jobsOf(plan, name)
  const other = jobs.find(({ when }) => when !== 'manual')
  if (other === undefined) return jobs
  const why = `it has when: ${other.when}, and --manual starts manual jobs; name it without --manual`
  throw new SluiceError<CliErrorCode>('CLI_JOB_UNKNOWN', `Cannot start job "${name}": ${why}`)
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
