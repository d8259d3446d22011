import type { RunCommand, RunJob, RunState } from './run-state.ts'

type Claim = 'none' | 'upcoming' | 'waiting' | 'held'

/**
 * What a step changed for the resource groups of its jobs. That a job has its group is what its group told the run, and
 * so no command.
 * @param before `null` for the run's first step
 */
export function resourceClaims(before: RunState | null, after: RunState): RunCommand[] {
  return Object.values(after.jobs).flatMap((job): RunCommand[] => {
    if (job.resourceGroup === null) return []
    const claim = claimOf(job)
    if (claim === 'held' || claim === claimBefore(before, job.name)) return []
    const place = { group: job.resourceGroup, job: job.name }
    if (claim === 'none') return [{ kind: 'release-resource', ...place }]
    return [{ kind: 'claim-resource', ...place, attempt: job.attempt + 1, state: claim }]
  })
}

function claimBefore(before: RunState | null, name: string): Claim {
  const job = before?.jobs[name]
  return job === undefined ? 'none' : claimOf(job)
}

function claimOf({ status }: RunJob): Claim {
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
      return 'none'
  }
}
