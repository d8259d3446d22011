import type { ExcludedJob, Plan, PlanJob, Reason } from '@sluice/contracts/plan'
import { nearestName } from '@sluice/pipeline'
import pc from 'picocolors'
import { printable } from './printable.ts'
import type { RenderOptions } from './render-options.ts'

/**
 * Why one job is in the plan or out of it: the chain of reasons, outermost first, each with its place and the variables
 * that it looked at. For a name that the pipeline does not have: a sentence that says so. No newline at the end.
 */
export function renderExplain(
  plan: Plan,
  jobName: string,
  options: Pick<RenderOptions, 'colour'> = { colour: false },
): string {
  const planned = plan.jobs.find(({ name }) => name === jobName)
  if (planned !== undefined) return [...headOf(planned, options), ...chainOf(planned.reasons, options)].join('\n')
  const excluded = plan.excluded.find(({ name }) => name === jobName)
  if (excluded !== undefined) return [outHead(excluded, options), ...chainOf(excluded.reasons, options)].join('\n')
  return unknownJob(plan, jobName)
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
