import type { IsolationLevel, Verdict } from '@sluice/contracts/evidence'
import { hasFailed, type RunJob } from '@sluice/engine'
import type { WouldBeRelease } from '@sluice/executor-process'
import { formatDuration } from '@sluice/kernel'
import pc from 'picocolors'
import { padTo, displayWidth } from '../plan/display-width.ts'
import { printable } from '../plan/printable.ts'
import type { RenderOptions } from '../plan/render-options.ts'
import { renderReports } from './render-reports.ts'
import { renderVerdict } from './render-verdict.ts'
import { resultsOfTree } from './results-of-tree.ts'
import type { RunResult } from './run-result.ts'

export interface RunReportInput extends RunResult {
  verdicts: readonly Verdict[]
  /** Gates of the policy that could not be decided, as jobs that report to them were not among those to run. */
  undecided: readonly string[]
  /** What a person is to be asked before a manual job starts. */
  confirmations?: ReadonlyMap<string, string>
  tookMs: number
  isolation: IsolationLevel
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
  const { verdicts, undecided } = input
  const colours = pc.createColors(colour)
  const lines = treeLines(input, treeWidth(input, ''), '', colour)
  const tree = resultsOfTree(input)
  for (const { prefix, result } of tree)
    for (const [job, release] of result.releases) lines.push('', releaseLine(prefix + job, release))
  const reports = tree.flatMap(({ prefix, result }) =>
    result.reports.map((report) => ({ ...report, job: prefix + report.job })),
  )
  const said = renderReports(reports, options)
  if (said.length > 0) lines.push('', ...said)
  for (const verdict of verdicts) lines.push('', renderVerdict(verdict, colour))
  for (const gate of undecided)
    lines.push('', `Gate ${colours.bold(gate)}: not decided, as not all of its jobs were run`)
  if (verdicts.length > 0) lines.push(colours.dim('The server judges by the policy of the protected branch.'))
  if (input.isolation === 'none') lines.push('', colours.yellow(unisolated))
  lines.push('', sentenceOf(input))
  const onFullDisk = tree.flatMap(({ prefix, result }) => [...result.onFullDisk].map((job) => prefix + job))
  if (onFullDisk.length > 0) lines.push(fullDiskSentence(onFullDisk))
  return lines.join('\n')
}

/** A line a job, and below one that began a child its jobs, further in. */
function treeLines(result: RunResult, width: number, indent: string, colour: boolean): string[] {
  return Object.values(result.state.jobs).flatMap((job) => {
    const child = result.children.get(job.name)
    const below = child === undefined ? [] : treeLines(child, width, `${indent}  `, colour)
    return [jobLine(job, { width, indent }, notesOf(job, result), colour), ...below]
  })
}

function treeWidth({ state, children }: RunResult, indent: string): number {
  const own = Object.keys(state.jobs).map((name) => indent.length + displayWidth(name))
  return Math.max(0, ...own, ...[...children.values()].map((child) => treeWidth(child, `${indent}  `)))
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

function notesOf(job: RunJob, { kept, durationsMs, coverages }: RunResult): string[] {
  if (kept.has(job.name)) return ['kept from the last run']
  const [durationMs, coverage] = [durationsMs.get(job.name), coverages.get(job.name)]
  return [
    durationMs === undefined ? '' : formatDuration(durationMs),
    job.status === 'success' ? '' : job.reason,
    coverage === undefined ? '' : `coverage ${coverage} %`,
  ]
}

function jobLine(
  job: RunJob,
  { width, indent }: { width: number; indent: string },
  said: readonly string[],
  colour: boolean,
): string {
  const colours = pc.createColors(colour)
  const mark = marks[job.status] ?? '-'
  const paint = job.status === 'success' ? colours.green : mark === '✖' ? colours.red : colours.dim
  const notes = [...said]
  if (job.status === 'failed' && !hasFailed(job)) notes.push('it may fail')
  const name = padTo(printable(job.name), width - indent.length)
  return `${indent}${paint(mark)} ${name}  ${printable(notes.filter(Boolean).join(', '))}`.trimEnd()
}

function sentenceOf(input: RunReportInput): string {
  const { state, verdicts, tookMs, confirmations } = input
  const after = `after ${formatDuration(tookMs)}`
  const closed = verdicts.filter(({ decision }) => decision === 'closed').map(({ gate }) => `"${gate}"`)
  const failed = Object.values(state.jobs).filter(hasFailed)
  const tree = resultsOfTree(input)
  const manual = tree.flatMap(({ prefix, result }) =>
    Object.values(result.state.jobs).flatMap(({ name, status }) => (status === 'manual' ? [prefix + name] : [])),
  )
  if (state.status === 'canceled') return `Stopped ${after}.`
  const faults = [
    failed.length === 0 ? '' : `failed: ${failed.map(({ name }) => name).join(', ')}`,
    closed.length === 0 ? '' : `closed: gate ${closed.join(', ')}`,
  ].filter(Boolean)
  const waiting =
    manual.length === 0
      ? ''
      : ` Not started, as a person starts it: ${manual.map((name) => named(name, confirmations?.get(name))).join(', ')}; name it to run it.`
  const said = `${unawaitedSentence(tree)}${waiting}`
  return faults.length === 0 ? `All is well ${after}.${said}` : `Not well ${after}: ${faults.join('; ')}.${said}`
}

/** Children that did not end well and that the jobs that began them did not wait for: as in GitLab they fail nothing. */
function unawaitedSentence(tree: readonly { prefix: string; result: RunResult }[]): string {
  const jobs = tree.flatMap(({ prefix, result }) =>
    [...result.children].flatMap(([job, { state }]) => {
      const isAwaited = result.state.jobs[job]?.child?.strategy !== null
      return isAwaited || state.status === 'success' || state.status === 'running' ? [] : [prefix + job]
    }),
  )
  return jobs.length === 0 ? '' : printable(` Not well, though no job waits for it: the child of ${jobs.join(', ')}.`)
}

/** Why jobs fail that nobody would think of. */
const fullDiskSentence = (jobs: readonly string[]): string =>
  printable(`The disk was full while these failed: ${jobs.join(', ')}; free some space, then run them again.`)

/** A manual job with what a person is asked before it. */
function named(job: string, confirmation: string | undefined): string {
  return confirmation === undefined ? job : printable(`${job} (${JSON.stringify(confirmation)})`)
}
