import type { LocalEvent } from './read-event.ts'

/**
 * What the changed paths of an event are counted from: a branch, the parent commit (`'parent'`), or nothing, where
 * GitLab has every `changes` match: for tags, schedules and pipelines that a person or a program starts.
 */
export function comparedWith(event: LocalEvent): { branch: string } | 'parent' | null {
  if (event.target !== null) return { branch: event.target }
  if (event.source !== 'push' || event.refType === 'tag') return null
  return event.ref === event.defaultBranch ? 'parent' : { branch: event.defaultBranch }
}
