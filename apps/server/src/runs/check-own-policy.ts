import type { Plan } from '@sluice/contracts/plan'
import type { Policy } from '@sluice/contracts/policy'
import { SluiceError } from '@sluice/kernel'
import { nearestName } from '@sluice/pipeline'

/**
 * Refuses a policy that names jobs which the pipeline beside it does not have, with the nearest names, before a run finds
 * out that its gates cannot open.
 * @param plan of the same commit; jobs that its rules leave out count
 * @throws SluiceError POLICY_MISTAKES
 */
export function checkOwnPolicy(policy: Policy, plan: Plan, commit: string): void {
  const names = [...plan.jobs, ...plan.excluded].flatMap(({ name, parallel }) => [name, parallel?.job ?? name])
  const wanted = [
    ...policy.reports.map(({ name, job }) => ({ what: `report "${name}"`, job })),
    ...(policy.release === undefined ? [] : [{ what: 'the release', job: policy.release.job }]),
  ]
  const faults = wanted.filter(({ job }) => !names.includes(job)).map(({ what, job }) => faultOf(what, job, names))
  if (faults.length === 0) return
  throw new SluiceError('POLICY_MISTAKES', `Cannot plan commit ${commit.slice(0, 8)}: ${faults.join('; ')}`, {
    status: 422,
  })
}

function faultOf(what: string, job: string, names: readonly string[]): string {
  const nearest = nearestName(job, names)
  const hint = nearest === null ? '' : `; nearest name: "${nearest}"`
  return `sluice.yml wants ${what} of job "${job}", which the pipeline does not have${hint}`
}
