import type { IsolationLevel, Verdict } from '@sluice/contracts/evidence'
import { hasFailed, type RunJob, type RunState } from '@sluice/engine'
import type { WouldBeRelease } from '@sluice/executor-process'
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
  durationsMs: ReadonlyMap<string, number>
  verdicts: readonly Verdict[]
  /** Gates of the policy that could not be decided, as jobs that report to them were not among those to run. */
  undecided: readonly string[]
  /** Coverage that jobs' logs told. */
  coverages?: ReadonlyMap<string, number>
  /** By the job after which GitLab would make it. */
  releases?: ReadonlyMap<string, WouldBeRelease>
  /** What a person is to be asked before a manual job starts. */
  confirmations?: ReadonlyMap<string, string>
  tookMs: number
  isolation: IsolationLevel
  reports: readonly ReportSummary[]
  /** Jobs that were not run again. */
  kept: { has(job: string): boolean }
  /** Jobs that failed on a full disk. */
  onFullDisk?: ReadonlySet<string>
}

/** Whether everything that ran is well: no job failed that may not, every decided gate is open, nothing was stopped. */
export function isWell({ state, verdicts }: Pick<RunReportInput, 'state' | 'verdicts'>): boolean {
  if (state.status === 'failed' || state.status === 'canceled') return false
  if (verdicts.some(({ decision }) => decision === 'closed')) return false
  return !Object.values(state.jobs).some(hasFailed)
}

/** What came of a run, for people. No line break at the end. */
export function renderRun(input: RunReportInput, options: RenderOptions): string {
  const { colour } = options
  const { state, verdicts, undecided, releases = new Map(), onFullDisk = new Set() } = input
  const colours = pc.createColors(colour)
  const jobs = Object.values(state.jobs)
  const width = Math.max(...jobs.map(({ name }) => displayWidth(name)), 0)
  const lines = jobs.map((job) => jobLine(job, width, notesOf(job, input), colour))
  for (const [job, release] of releases) lines.push('', releaseLine(job, release))
  const said = renderReports(input.reports, options)
  if (said.length > 0) lines.push('', ...said)
  for (const verdict of verdicts) lines.push('', renderVerdict(verdict, colour))
  for (const gate of undecided)
    lines.push('', `Gate ${colours.bold(gate)}: not decided, as not all of its jobs were run`)
  if (verdicts.length > 0) lines.push(colours.dim('The server judges by the policy of the protected branch.'))
  if (input.isolation === 'none') lines.push('', colours.yellow(unisolated))
  lines.push('', sentenceOf(input))
  if (onFullDisk.size > 0) lines.push(fullDiskSentence([...onFullDisk]))
  return lines.join('\n')
}

const unisolated = 'The jobs ran unisolated: this machine offers no namespaces, so they could reach all that you can.'

const marks: Partial<Record<RunJob['status'], string>> = { success: '✔', failed: '✖', canceled: '✖' }

/** No release is made here: the server makes its own, of runs that succeed. */
function releaseLine(job: string, { tagName, name, description, links }: WouldBeRelease): string {
  const from = 'file' in description ? `described by file ${description.file}` : JSON.stringify(description.text)
  const titled = name === tagName ? '' : ` (${name})`
  const linked = links === 0 ? '' : `, ${links} link${links === 1 ? '' : 's'}`
  return printable(`After job ${job} GitLab would make release ${tagName}${titled}: ${from}${linked}. None was made.`)
}

function notesOf(job: RunJob, { kept, durationsMs, coverages }: RunReportInput): string[] {
  if (kept.has(job.name)) return ['kept from the last run']
  const [durationMs, coverage] = [durationsMs.get(job.name), coverages?.get(job.name)]
  return [
    durationMs === undefined ? '' : formatDuration(durationMs),
    job.status === 'success' ? '' : job.reason,
    coverage === undefined ? '' : `coverage ${coverage} %`,
  ]
}

function jobLine(job: RunJob, width: number, said: readonly string[], colour: boolean): string {
  const colours = pc.createColors(colour)
  const mark = marks[job.status] ?? '-'
  const paint = job.status === 'success' ? colours.green : mark === '✖' ? colours.red : colours.dim
  const notes = [...said]
  if (job.status === 'failed' && !hasFailed(job)) notes.push('it may fail')
  return `${paint(mark)} ${padTo(printable(job.name), width)}  ${printable(notes.filter(Boolean).join(', '))}`.trimEnd()
}

function sentenceOf({ state, verdicts, tookMs, confirmations }: RunReportInput): string {
  const after = `after ${formatDuration(tookMs)}`
  const closed = verdicts.filter(({ decision }) => decision === 'closed').map(({ gate }) => `"${gate}"`)
  const failed = Object.values(state.jobs).filter(hasFailed)
  const manual = Object.values(state.jobs).filter(({ status }) => status === 'manual')
  if (state.status === 'canceled') return `Stopped ${after}.`
  const faults = [
    failed.length === 0 ? '' : `failed: ${failed.map(({ name }) => name).join(', ')}`,
    closed.length === 0 ? '' : `closed: gate ${closed.join(', ')}`,
  ].filter(Boolean)
  const waiting =
    manual.length === 0
      ? ''
      : ` Not started, as a person starts it: ${manual.map(({ name }) => named(name, confirmations?.get(name))).join(', ')}; name it to run it.`
  return faults.length === 0 ? `All is well ${after}.${waiting}` : `Not well ${after}: ${faults.join('; ')}.${waiting}`
}

/** Why jobs fail that nobody would think of. */
const fullDiskSentence = (jobs: readonly string[]): string =>
  printable(`The disk was full while these failed: ${jobs.join(', ')}; free some space, then run them again.`)

/** A manual job with what a person is asked before it. */
function named(job: string, confirmation: string | undefined): string {
  return confirmation === undefined ? job : printable(`${job} (${JSON.stringify(confirmation)})`)
}
