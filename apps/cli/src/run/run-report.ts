import type { IsolationLevel, Verdict } from '@sluice/contracts/evidence'
import type { RunJob, RunState } from '@sluice/engine'
import { formatDuration } from '@sluice/kernel'
import pc from 'picocolors'
import { padTo, displayWidth } from '../plan/display-width.ts'
import { printable } from '../plan/printable.ts'
import type { RenderOptions } from '../plan/render-options.ts'
import { renderReports } from './render-reports.ts'
import { renderVerdict } from './render-verdict.ts'
import type { ReportSummary } from './summarise-reports.ts'

export interface RunReportInput {
  state: RunState
  durationsMs: Readonly<Record<string, number>>
  verdicts: readonly Verdict[]
  /** Gates of the policy that could not be decided, as jobs that report to them were not among those to run. */
  undecided: readonly string[]
  tookMs: number
  isolation: IsolationLevel
  reports: readonly ReportSummary[]
  /** Jobs that were not run again. */
  kept: { has(job: string): boolean }
}

/** Whether everything that ran is well: no job failed that may not, every decided gate is open, nothing was stopped. */
export function isWell({ state, verdicts }: Pick<RunReportInput, 'state' | 'verdicts'>): boolean {
  if (state.status === 'failed' || state.status === 'canceled') return false
  if (verdicts.some(({ decision }) => decision === 'closed')) return false
  return !Object.values(state.jobs).some(({ status, allowFailure }) => status === 'failed' && allowFailure === false)
}

/** What came of a run, for people. No line break at the end. */
export function renderRun(input: RunReportInput, options: RenderOptions): string {
  const { colour } = options
  const { state, verdicts, undecided } = input
  const colours = pc.createColors(colour)
  const jobs = Object.values(state.jobs)
  const width = Math.max(...jobs.map(({ name }) => displayWidth(name)), 0)
  const lines = jobs.map((job) => jobLine(job, width, noteOf(job, input), colour))
  const said = renderReports(input.reports, options)
  if (said.length > 0) lines.push('', ...said)
  for (const verdict of verdicts) lines.push('', renderVerdict(verdict, colour))
  for (const gate of undecided)
    lines.push('', `Gate ${colours.bold(gate)}: not decided, as not all of its jobs were run`)
  if (verdicts.length > 0) lines.push(colours.dim('The server judges by the policy of the protected branch.'))
  if (input.isolation === 'none') lines.push('', colours.yellow(unisolated))
  lines.push('', sentenceOf(input))
  return lines.join('\n')
}

const unisolated = 'The jobs ran unisolated: this machine offers no namespaces, so they could reach all that you can.'

const marks: Partial<Record<RunJob['status'], string>> = { success: '✔', failed: '✖', canceled: '✖' }

function noteOf({ name }: RunJob, { kept, durationsMs }: RunReportInput): string {
  if (kept.has(name)) return 'kept from the last run'
  const durationMs = durationsMs[name]
  return durationMs === undefined ? '' : formatDuration(durationMs)
}

function jobLine(job: RunJob, width: number, note: string, colour: boolean): string {
  const colours = pc.createColors(colour)
  const mark = marks[job.status] ?? '-'
  const paint = job.status === 'success' ? colours.green : mark === '✖' ? colours.red : colours.dim
  const notes = [note, job.status === 'success' ? '' : job.reason]
  if (job.status === 'failed' && job.allowFailure !== false) notes.push('it may fail')
  return `${paint(mark)} ${padTo(printable(job.name), width)}  ${printable(notes.filter(Boolean).join(', '))}`.trimEnd()
}

function sentenceOf({ state, verdicts, tookMs }: RunReportInput): string {
  const after = `after ${formatDuration(tookMs)}`
  const closed = verdicts.filter(({ decision }) => decision === 'closed').map(({ gate }) => `"${gate}"`)
  const failed = Object.values(state.jobs).filter((job) => job.status === 'failed' && job.allowFailure === false)
  const manual = Object.values(state.jobs).filter(({ status }) => status === 'manual')
  if (state.status === 'canceled') return `Stopped ${after}.`
  const faults = [
    failed.length === 0 ? '' : `failed: ${failed.map(({ name }) => name).join(', ')}`,
    closed.length === 0 ? '' : `closed: gate ${closed.join(', ')}`,
  ].filter(Boolean)
  const waiting =
    manual.length === 0
      ? ''
      : ` Not started, as a person starts it: ${manual.map(({ name }) => name).join(', ')}; name it to run it.`
  return faults.length === 0 ? `All is well ${after}.${waiting}` : `Not well ${after}: ${faults.join('; ')}.${waiting}`
}
