import {
  decideResourceGroup,
  newResourceGroup,
  type ResourceClaim,
  type ResourceGroup,
  type ResourceGroupEvent,
  type RunCommand,
} from '@sluice/engine'

type ResourceCommand = Extract<RunCommand, { kind: 'claim-resource' | 'release-resource' }>

/** The resource groups of the one run of this process. */
export class LocalResourceGroups {
  readonly #groups = new Map<string, ResourceGroup>()

  /** @returns the claim that got its group by this, of whichever job */
  take(command: ResourceCommand): ResourceClaim | null {
    const before = this.#groups.get(command.group) ?? newResourceGroup
    const { group, granted } = decideResourceGroup(before, eventOf(command))
    this.#groups.set(command.group, group)
    return granted
  }
}

function eventOf(command: ResourceCommand): ResourceGroupEvent {
  const run = { runId: 'local', runNumber: 1 }
  const { job } = command
  if (command.kind === 'release-resource') return { kind: 'released', ...run, job }
  const { attempt, state } = command
  return { kind: 'claimed', claim: { ...run, job, attempt, state } }
}
