import type { Plan, PlanJob } from '@sluice/contracts/plan'
import pc from 'picocolors'
import { childOf } from '../plan/child-of.ts'
import { cutTo, displayWidth, padTo } from '../plan/display-width.ts'
import { printable } from '../plan/printable.ts'
import type { RenderOptions } from '../plan/render-options.ts'
import { jobNote } from './job-note.ts'

const gap = 3

/**
 * The graph of a plan as text, no line wider than the terminal. Where nothing is said of needs and there is room: stages
 * as columns. Else stage by stage, each job with what it waits for. Then what its trigger jobs begin, further in. No
 * newline at the end.
 */
export function renderGraphText(plan: Plan, options: RenderOptions): string {
  const children = plan.jobs.flatMap((job) => childGraphs(job, options))
  return [graphOf(plan, options), ...children].join('\n\n')
}

const childIndent = '  '

/** What a job begins, below the graph that the job is in. */
function childGraphs(job: PlanJob, options: RenderOptions): string[] {
  const child = childOf(job)
  if (child === null) return []
  const head = cutTo(`${printable(job.name)}: ${printable(child.sentence)}`, options.width)
  if (child.plan === null || child.plan.jobs.length === 0) return [head]
  const graph = renderGraphText(child.plan, { ...options, width: options.width - childIndent.length })
  return [`${head}\n${graph.replaceAll(/^(?=.)/gm, childIndent)}`]
}

function graphOf(plan: Plan, options: RenderOptions): string {
  const colours = pc.createColors(options.colour)
  if (plan.jobs.length === 0) return colours.yellow('No job runs for this change.')
  const stages = plan.stages
    .map((name) => ({ name, jobs: plan.jobs.filter(({ stage }) => stage === name) }))
    .filter(({ jobs }) => jobs.length > 0)
  const hasNeeds = plan.jobs.some(({ needs }) => needs !== null)
  return (hasNeeds ? null : inColumns(stages, options)) ?? inRows(stages, options)
}

interface Stage {
  name: string
  jobs: PlanJob[]
}

/** `null` where it needs more room than there is. */
function inColumns(stages: readonly Stage[], { colour, width }: RenderOptions): string | null {
  const colours = pc.createColors(colour)
  const columns = stages.map(({ name, jobs }) => [printable(name), ...jobs.map(labelOf)])
  const widths = columns.map((cells) => Math.max(...cells.map(displayWidth)))
  if (widths.reduce((sum, one) => sum + one + gap, -gap) > width) return null
  const height = Math.max(...columns.map(({ length }) => length))
  const line = (row: number, between: string): string =>
    columns
      .map((cells, column) => padTo(cells[row] ?? '', widths[column] ?? 0))
      .join(between)
      .trimEnd()
  const rules = widths.map((one) => '─'.repeat(one)).join('─┬─')
  const body = Array.from({ length: height - 1 }, (_, index) => line(index + 1, ' │ '))
  return [colours.bold(line(0, ' → ')), colours.dim(rules), ...body].join('\n')
}

function labelOf(job: PlanJob): string {
  const note = jobNote(job)
  return printable(note === '' ? job.name : `${job.name} (${note})`)
}

function inRows(stages: readonly Stage[], options: RenderOptions): string {
  const labels = stages.flatMap(({ jobs }) => jobs.map((job) => displayWidth(labelOf(job))))
  const labelWidth = Math.min(Math.max(...labels), Math.max(16, Math.floor((options.width - 4) / 2)))
  return stages.flatMap((stage, index) => stageRows(stage, index === 0, labelWidth, options)).join('\n')
}

function stageRows({ name, jobs }: Stage, isFirst: boolean, labelWidth: number, options: RenderOptions): string[] {
  const colours = pc.createColors(options.colour)
  const rows = jobs.flatMap((job, index) => jobRows(job, index === jobs.length - 1, isFirst, labelWidth, options))
  return [colours.bold(cutTo(printable(name), options.width)), ...rows]
}

function jobRows(
  job: PlanJob,
  isLast: boolean,
  isFirstStage: boolean,
  labelWidth: number,
  { colour, width }: RenderOptions,
): string[] {
  const colours = pc.createColors(colour)
  const label = cutTo(labelOf(job), labelWidth)
  const [first = '', ...more] = wrapped(waitsFor(job, isFirstStage), width - labelWidth - 6)
  const rest = more.map((text) => `${isLast ? ' ' : '│'}  ${' '.repeat(labelWidth)}   ${colours.dim(text)}`)
  const arrow = first === '' ? '' : ` ${colours.dim(`← ${first}`)}`
  const cell = first === '' ? label : padTo(label, labelWidth)
  return [`${isLast ? '└' : '├'}─ ${cell}${arrow}`, ...rest]
}

function waitsFor({ needs }: PlanJob, isFirstStage: boolean): string[] {
  if (needs === null) return isFirstStage ? [] : ['all earlier stages']
  return needs.map((need) => printable(need.job))
}

/** Names with commas between, on lines of at most `width` columns; one that is longer is cut. */
function wrapped(names: readonly string[], width: number): string[] {
  const room = Math.max(8, width)
  const lines: string[] = []
  names.forEach((name, index) => {
    const word = cutTo(name, room - 1) + (index === names.length - 1 ? '' : ',')
    const last = lines.at(-1)
    if (last !== undefined && displayWidth(last) + 1 + displayWidth(word) <= room)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  })
  return lines
}
