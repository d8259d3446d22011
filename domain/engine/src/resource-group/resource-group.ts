/**
 * A resource group: of the jobs that name it, over all runs of a project, one at a time is offered or runs.
 *
 * Invariants, kept by `decideResourceGroup` and checked by its property tests:
 *  G1  At most one claim is held.
 *  G2  A group is free only where nothing waits for it, or where its mode puts a job first that is not ready yet.
 *  G3  A job has one claim at most, for its newest attempt; a claim never goes back from `held` to `waiting`.
 *  G4  An event that was told before changes nothing.
 */
import type { ProcessMode } from '@sluice/contracts/resource-group'

/** A job's claim to the group. */
export interface ResourceClaim {
  runId: string
  /** The modes order runs by it. */
  runNumber: number
  job: string
  /** The attempt that it is for. */
  attempt: number
  /** `upcoming`: the job will ask for the group, but is not ready; it counts for some modes. */
  state: 'upcoming' | 'waiting' | 'held'
}

/** Plain JSON with a version, as a run's state. */
export interface ResourceGroup {
  version: 1
  mode: ProcessMode
  /** In the order in which they came to their state. */
  claims: ResourceClaim[]
}

export type ResourceGroupEvent =
  | { kind: 'claimed'; claim: ResourceClaim & { state: 'upcoming' | 'waiting' } }
  /** The job ended, in whatever way, or is not to run: it wants nothing any more. */
  | { kind: 'released'; runId: string; job: string }
  | { kind: 'mode-chosen'; mode: ProcessMode }

export interface ResourceGroupStep {
  group: ResourceGroup
  /** The claim that got the group by this step: its run is to be told. */
  granted: ResourceClaim | null
}

/** A group that nobody wants. `unordered` is GitLab's default. */
export const newResourceGroup: ResourceGroup = { version: 1, mode: 'unordered', claims: [] }
