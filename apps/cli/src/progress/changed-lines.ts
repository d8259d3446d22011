import { isFinal, type ProgressItem } from './progress-item.ts'

const marks: Record<ProgressItem['state'], string> = {
  waiting: '·',
  running: '…',
  done: '✔',
  failed: '✖',
  skipped: '-',
}

/** Plain lines for what began or ended between two views; what only went on is not told again. */
export function changedLines(before: readonly ProgressItem[], after: readonly ProgressItem[]): string[] {
  const known = new Map(before.map((item) => [item.id, item.state]))
  return after
    .filter((item) => known.get(item.id) !== item.state && (item.state === 'running' || isFinal(item)))
    .map((item) => lineOf(isBeginning(item) ? { ...item, note: '' } : item))
}

/** A job, or a step of a rollout, that begins has nothing to tell of itself yet: figures are of the step before. */
function isBeginning(item: ProgressItem): boolean {
  return item.state === 'running' && (item.group === 'jobs' || item.parent !== null)
}

/** One item as a line of plain text. */
export function lineOf(item: ProgressItem): string {
  const note = item.note === '' ? '' : `: ${item.note}`
  const indent = item.parent === null ? '' : '  '
  return `${indent}${marks[item.state]} ${item.title}${note}`
}
