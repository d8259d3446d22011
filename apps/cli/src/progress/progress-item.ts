/** One line of the progress view: a job, a gate, a step of a rollout. */
export interface ProgressItem {
  /** Stays the same from view to view. */
  id: string
  /** Items of one group stand together under its heading. */
  group: string
  /** The item that it is a part of; `null` for one that stands for itself. */
  parent: string | null
  title: string
  state: 'waiting' | 'running' | 'done' | 'failed' | 'skipped'
  /** What there is to say now; empty when there is nothing. */
  note: string
}

export function isFinal(item: ProgressItem): boolean {
  return item.state === 'done' || item.state === 'failed' || item.state === 'skipped'
}
