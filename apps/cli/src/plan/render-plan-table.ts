import type { ExcludedJob, Plan, PlanJob, Reason } from '@sluice/contracts/plan'
import { formatDuration } from '@sluice/kernel'
import pc from 'picocolors'
import { childOf } from './child-of.ts'
import { decidingReason } from './deciding-reason.ts'
import { cutTo, displayWidth, padTo } from './display-width.ts'
import { printable } from './printable.ts'
import type { RenderOptions } from './render-options.ts'
import { renderWarnings } from './render-warnings.ts'

const headings = ['STAGE', 'JOB', 'NEEDS', 'WHEN', 'WHY']
const gap = '  '
/** No column but the last takes more. */
const widestColumn = 40

/**
 * The plan as a table of its jobs, beneath it the jobs that are out, then the warnings, then what its trigger jobs begin,
 * further in. No newline at the end.
 */
export function renderPlanTable(plan: Plan, options: RenderOptions): string {
  const colours = pc.createColors(options.colour)
  const sections = [renderJobs(plan.jobs, options)]
  if (plan.name !== undefined) sections.unshift(colours.bold(printable(plan.name)))
  if (plan.excluded.length > 0) sections.push(renderExcluded(plan.excluded, options))
  if (plan.warnings.length > 0) sections.push(renderWarnings(plan.warnings, options))
  for (const job of plan.jobs) sections.push(...childSections(job, options))
  return sections.join('\n\n')
}

const childIndent = '  '

/** What a job begins: a sentence, and the table of it where it is known. */
function childSections(job: PlanJob, options: RenderOptions): string[] {
  const child = childOf(job)
  if (child === null) return []
  const { bold } = pc.createColors(options.colour)
  const sentence = `${bold(printable(job.name))}: ${printable(child.sentence)}`
  if (child.plan === null || child.plan.jobs.length + child.plan.excluded.length === 0) return [sentence]
  const table = renderPlanTable(child.plan, { ...options, width: options.width - childIndent.length })
  return [`${sentence}\n${table.replaceAll(/^(?=.)/gm, childIndent)}`]
}

function renderJobs(jobs: readonly PlanJob[], { colour, width }: RenderOptions): string {
  const colours = pc.createColors(colour)
  if (jobs.length === 0) return colours.yellow('No job runs for this change.')
  const [heading = '', ...lines] = renderRows([headings, ...jobs.map(rowOf)], width)
  return [colours.dim(heading), ...lines].join('\n')
}

function rowOf(job: PlanJob): string[] {
  return [job.stage, job.name, needsOf(job), whenOf(job), whyOf(job.reasons)].map(printable)
}

function needsOf(job: PlanJob): string {
  if (job.needs === null) return 'earlier stages'
  return job.needs.length === 0 ? 'nothing' : job.needs.map((need) => need.job).join(', ')
}

function whenOf(job: PlanJob): string {
  const after = job.startInMs === null ? '' : ` ${formatDuration(job.startInMs)}`
  return `${job.when}${after}${job.allowFailure === false ? '' : ', may fail'}`
}

function whyOf(reasons: readonly Reason[]): string {
  return decidingReason(reasons)?.text ?? ''
}

function renderRows(rows: readonly string[][], width: number): string[] {
  const columns = rows[0]?.length ?? 0
  const widths = Array.from({ length: columns - 1 }, (_, column) =>
    Math.min(widestColumn, Math.max(...rows.map((row) => displayWidth(row[column] ?? '')))),
  )
  return rows.map((row) => {
    const cells = widths.map((columnWidth, column) => padTo(cutTo(row[column] ?? '', columnWidth), columnWidth))
    return cutTo([...cells, row[columns - 1] ?? ''].join(gap), width).trimEnd()
  })
}

function renderExcluded(excluded: readonly ExcludedJob[], { colour, width }: RenderOptions): string {
  const colours = pc.createColors(colour)
  const lines = renderRows(
    excluded.map((job) => [printable(job.stage), printable(job.name), printable(whyOut(job.reasons))]),
    width,
  )
  return [colours.dim('Not in the plan:'), ...lines.map((line) => colours.dim(line))].join('\n')
}

/** `no rule matched` says little alone: the rules that did not match stand before it. */
function whyOut(reasons: readonly Reason[]): string {
  const last = decidingReason(reasons)
  const rules = reasons.filter(({ kind }) => kind === 'rule').map(({ text }) => text)
  return last?.kind === 'no-match' && rules.length > 0 ? `${last.text}: ${rules.join('; ')}` : (last?.text ?? '')
}
