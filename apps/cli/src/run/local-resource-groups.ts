import {
  decideResourceGroup,
  newResourceGroup,
  type ResourceClaim,
  type ResourceGroup,
  type ResourceGroupEvent,
  type RunCommand,
} from '@sluice/engine'

export type ResourceCommand = Extract<RunCommand, { kind: 'claim-resource' | 'release-resource' }>

/** The resource groups of the runs of one tree, in this process. */
export class LocalResourceGroups {
  readonly #groups = new Map<string, ResourceGroup>()
  readonly #runs = new Map<string, { number: number; grant: (claim: ResourceClaim) => void }>()

  /** A run whose jobs will ask. @param grant is told of each claim of it that gets its group */
  join(runId: string, grant: (claim: ResourceClaim) => void): void {
    this.#runs.set(runId, { number: this.#runs.size + 1, grant })
  }

  /** Takes what a run says of a job, and tells the run whose claim got the group by it, if one did. */
  take(runId: string, command: ResourceCommand): void {
    const before = this.#groups.get(command.group) ?? newResourceGroup
    const { group, granted } = decideResourceGroup(before, this.#eventOf(runId, command))
    this.#groups.set(command.group, group)
    if (granted !== null) this.#runs.get(granted.runId)?.grant(granted)
  }

  #eventOf(runId: string, command: ResourceCommand): ResourceGroupEvent {
    const { job } = command
    if (command.kind === 'release-resource') return { kind: 'released', runId, job }
    const { attempt, state } = command
    const runNumber = this.#runs.get(runId)?.number ?? 0
    return { kind: 'claimed', claim: { runId, runNumber, job, attempt, state } }
  }
}
