import type { RunCommand, RunJob, RunState } from './run-state.ts'

/**
 * What a step changed for the resource groups of its jobs, told once: a job keeps what was told of it last. That it has
 * its group, the group told the run, and so there is no command of it. Changes `state` in place.
 */
export function resourceClaims({ jobs }: RunState): RunCommand[] {
  return Object.values(jobs).flatMap((job): RunCommand[] => {
    const { resourceGroup: group, claim: before } = job
    const claim = group === null ? undefined : claimOf(job)
    if (group === null || claim === before) return []
    if (claim === undefined) {
      delete job.claim
      return [{ kind: 'release-resource', group, job: job.name }]
    }
    job.claim = claim
    return claim === 'held'
      ? []
      : [{ kind: 'claim-resource', group, job: job.name, attempt: job.attempt + 1, state: claim }]
  })
}

function claimOf({ status }: RunJob): RunJob['claim'] {
  switch (status) {
    case 'created':
    case 'delayed':
      return 'upcoming'
    case 'waiting_for_resource':
      return 'waiting'
    case 'pending':
    case 'running':
      return 'held'
    default:
      return undefined
  }
}
