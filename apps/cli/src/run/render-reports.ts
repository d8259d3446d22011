import type { FindingsFact, TestsFact } from '@sluice/contracts/evidence'
import { sentenceOf } from '@sluice/evidence'
import pc from 'picocolors'
import { cutTo } from '../plan/display-width.ts'
import { printable } from '../plan/printable.ts'
import type { RenderOptions } from '../plan/render-options.ts'
import type { ReportSummary } from './summarise-reports.ts'

/** Failed tests and findings of one report that are named; the rest is counted. */
const named = 20

/** What the reports say: tests that failed, by name, coverage, findings. One line or more a report. */
export function renderReports(reports: readonly ReportSummary[], options: RenderOptions): string[] {
  return reports.flatMap((report) => reportLines(report, options))
}

function reportLines({ job, name, path, fact, problem }: ReportSummary, { colour, width }: RenderOptions): string[] {
  const colours = pc.createColors(colour)
  const head = colours.bold(`${printable(job)}, ${printable(name)}:`)
  if (problem !== null) return [`${head} ${colours.red('cannot be read')}: ${printable(problem)}`]
  if (fact === null) return [`${head} ${colours.dim(`${printable(path)} was found; its format is not read`)}`]
  const details = fact.kind === 'tests' ? failures(fact) : fact.kind === 'findings' ? findings(fact) : []
  return [`${head} ${sentenceOf(fact).en}`, ...details.map((line) => cutTo(`  ${printable(line)}`, width))]
}

function failures({ failures: failed, failuresOmitted }: TestsFact): string[] {
  const lines = failed.slice(0, named).map(({ suite, name, message, outcome }) => {
    const where = suite === '' ? name : `${suite} › ${name}`
    const why = message.split('\n', 1)[0]?.trim() ?? ''
    return `${outcome === 'failed' ? '✖' : '!'} ${where}${why === '' ? '' : `: ${why}`}`
  })
  return [...lines, ...moreLine(failed.length + failuresOmitted)]
}

function findings({ findings: found, findingsOmitted }: FindingsFact): string[] {
  const shown = found.filter(({ level }) => level === 'error' || level === 'warning')
  const lines = shown.slice(0, named).map(({ rule, level, message, path, line }) => {
    const place = path === null ? '' : `${path}${line === null ? '' : `:${line}`}: `
    return `${level}: ${place}${message.split('\n', 1)[0] ?? ''} [${rule}]`
  })
  return [...lines, ...moreLine(shown.length + findingsOmitted)]
}

function moreLine(count: number): string[] {
  return count > named ? [`… and ${count - named} more`] : []
}
