import type { ExcludedJob, Plan, PlanJob, Reason } from '@sluice/contracts/plan'
import { nearestName } from '@sluice/pipeline'
import pc from 'picocolors'
import { childOf } from './child-of.ts'
import { jobsNamed } from './jobs-named.ts'
import { printable } from './printable.ts'
import type { RenderOptions } from './render-options.ts'

/**
 * Why one job is in the plan or out of it: the chain of reasons, outermost first, each with its place and the variables
 * that it looked at. For the written name of a parallel job: of all its jobs, one below the other. `job/child-job` is a job
 * of the child that a job begins. For a name that the pipeline does not have: a sentence that says so. No newline at the
 * end.
 */
export function renderExplain(
  plan: Plan,
  jobName: string,
  options: Pick<RenderOptions, 'colour'> = { colour: false },
): string {
  const below = plan.jobs.find(({ name }) => jobName.startsWith(`${name}/`))
  const child = below === undefined ? null : (childOf(below)?.plan ?? null)
  const isOwn = jobsNamed([...plan.jobs, ...plan.excluded], jobName).length > 0
  if (!isOwn && below !== undefined && child !== null)
    return renderExplain(child, jobName.slice(below.name.length + 1), options)
  const told = [
    ...jobsNamed(plan.jobs, jobName).map((job) => [...headOf(job, options), ...chainOf(job.reasons, options)]),
    ...jobsNamed(plan.excluded, jobName).map((job) => [outHead(job, options), ...chainOf(job.reasons, options)]),
  ]
  if (told.length === 0) return unknownJob(plan, jobName)
  return told.map((lines) => lines.join('\n')).join('\n\n')
}

function headOf(job: PlanJob, { colour }: Pick<RenderOptions, 'colour'>): string[] {
  const colours = pc.createColors(colour)
  const needs = job.needs?.map((need) => printable(need.job)).join(', ')
  const waits =
    needs === undefined
      ? 'waits for all jobs of earlier stages'
      : needs === ''
        ? 'waits for nothing'
        : `waits for ${needs}`
  return [
    `${colours.bold(printable(job.name))} is in the plan: stage ${printable(job.stage)}, when: ${job.when}; ${waits}`,
    ...(job.manualConfirmation === undefined ? [] : [`  asks first: ${printable(job.manualConfirmation)}`]),
    ...childLines(job),
  ]
}

/** What the job begins, and what goes with it. */
function childLines(job: PlanJob): string[] {
  const child = childOf(job)
  if (child === null) return []
  const jobs = child.plan?.jobs.map(({ name }) => printable(name)).join(', ') ?? ''
  const variables = job.downstream?.variables.map(({ key }) => key).join(', ') ?? ''
  return [
    `  ${printable(child.sentence)}`,
    ...(jobs === '' ? [] : [`  jobs of its child: ${jobs}`]),
    ...(variables === '' ? [] : [`  variables that go with it: ${variables}`]),
  ]
}

function outHead(job: ExcludedJob, { colour }: Pick<RenderOptions, 'colour'>): string {
  const colours = pc.createColors(colour)
  return `${colours.bold(printable(job.name))} is not in the plan (stage ${printable(job.stage)})`
}

function chainOf(reasons: readonly Reason[], { colour }: Pick<RenderOptions, 'colour'>): string[] {
  const colours = pc.createColors(colour)
  return reasons.flatMap(({ text, position, values }, index) => {
    const place =
      position === undefined ? '' : colours.dim(`  (${printable(position.path)}:${position.line}:${position.column})`)
    const seen = Object.entries(values ?? {}).map(([name, value]) => `       ${colours.dim(sawValue(name, value))}`)
    return [`  ${index + 1}. ${printable(text)}${place}`, ...seen]
  })
}

function sawValue(name: string, value: string | null): string {
  return value === null ? `$${name} is not set` : `$${name} is ${printable(JSON.stringify(value))}`
}

function unknownJob(plan: Plan, jobName: string): string {
  const names = [...plan.jobs, ...plan.excluded].map(({ name }) => name)
  const nearest = nearestName(jobName, names)
  const hint = nearest === null ? '' : `; nearest name: "${printable(nearest)}"`
  return `Cannot explain job "${printable(jobName)}": the pipeline has no such job${hint}`
}
