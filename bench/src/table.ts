import { reached } from './reached.ts'
import type { Figures, Reach, RowResult } from './row.ts'

const head = ['row', 'floor s', 'ours s', 'peer s', 'ours/floor', 'ours/peer', 'cpu s ours/peer', 'peak MB', 'reach']

/** The results as a table in Markdown. No line break at the end. */
export function table(results: readonly RowResult[]): string {
  const rows = results.map(cellsOf)
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

function cellsOf(result: RowResult): string[] {
  const { floor, ours, peer } = result.figures
  return [
    result.name,
    seconds(floor?.wallS),
    seconds(ours?.wallS),
    seconds(peer?.wallS),
    ratio(ours, floor),
    ratio(ours, peer),
    [ours, peer].map((figures) => seconds(figures?.cpuS)).join(' / '),
    ours?.peakMb?.toFixed(0) ?? '-',
    result.reach.map((reach) => `${mark(reached(reach, result))} ${textOf(reach)}`).join(', '),
  ]
}

const seconds = (figure: number | null | undefined): string => figure?.toFixed(3) ?? '-'

const ratio = (ours: Figures | undefined, other: Figures | undefined): string =>
  ours === undefined || other === undefined ? '-' : (ours.wallS / other.wallS).toFixed(2)

const mark = (isReached: boolean | null): string => (isReached === null ? '?' : isReached ? '✔' : '✖')

function textOf(reach: Reach): string {
  if (reach.kind === 'seconds') return `≤ ${reach.atMost} s`
  if (reach.kind === 'peak') return `≤ ${reach.atMostMb} MB`
  return `≤ ${reach.atMost} x ${reach.of}`
}
