import type { PlanJob } from '@sluice/contracts/plan'
import { formatDuration } from '@sluice/kernel'

/** What is unusual about when a job runs: `manual, may fail`; empty for one that simply runs. */
export function jobNote({
  when,
  startInMs,
  allowFailure,
}: Pick<PlanJob, 'when' | 'startInMs' | 'allowFailure'>): string {
  const delay = startInMs === null ? '' : ` ${formatDuration(startInMs)}`
  const notes = [when === 'on_success' ? '' : `${when}${delay}`, allowFailure === false ? '' : 'may fail']
  return notes.filter((note) => note !== '').join(', ')
}
