import { unreachable } from '@sluice/kernel'
import type { ResourceClaim, ResourceGroup } from './resource-group.ts'

/**
 * The claims that stand in line, the next one first. Where that one is `upcoming` the group waits for its job: GitLab's
 * `oldest_first` and `newest_first` look at all jobs that are still to come. They order runs, not the jobs of one run.
 */
export function lineOf({ mode, claims }: ResourceGroup): ResourceClaim[] {
  const open = claims.filter(({ state }) => state !== 'held')
  const ready = open.filter(isReady)
  switch (mode) {
    case 'unordered':
      return ready
    case 'newest_ready_first':
      return ready.toSorted(newerFirst)
    case 'oldest_first':
      return open.toSorted((a, b) => newerFirst(b, a) || readyFirst(a, b))
    case 'newest_first':
      return open.toSorted((a, b) => newerFirst(a, b) || readyFirst(a, b))
    default:
      return unreachable(mode)
  }
}

const isReady = ({ state }: ResourceClaim): boolean => state === 'waiting'

const newerFirst = (a: ResourceClaim, b: ResourceClaim): number => b.runNumber - a.runNumber

/** A job that is ready comes before one of the same run that may have to wait for it. */
const readyFirst = (a: ResourceClaim, b: ResourceClaim): number => Number(isReady(b)) - Number(isReady(a))
