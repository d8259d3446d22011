import type { Plan } from '@sluice/contracts/plan'
import type { Policy } from '@sluice/contracts/policy'
import { SluiceError } from '@sluice/kernel'
import { nearestName } from '@sluice/pipeline'

/**
 * Refuses a policy that names jobs and stages which the pipeline beside it does not have, with the nearest names, before a
 * run finds out that its gates cannot open, or stand elsewhere than its author means. Of a job with `parallel` only the
 * jobs that it stands for hand anything in, of one with `trigger` nothing: what its child hands in is not the run's.
 * @param plan of the same commit; jobs that its rules leave out count
 * @throws SluiceError POLICY_MISTAKES
 */
export function checkOwnPolicy(policy: Policy, plan: Plan, commit: string): void {
  const faults = [...jobFaults(policy, plan), ...stageFaults(policy, plan)]
  if (faults.length === 0) return
  const told = faults.map((fault) => `sluice.yml wants ${fault}`).join('; ')
  throw new SluiceError('POLICY_MISTAKES', `Cannot plan commit ${commit.slice(0, 8)}: ${told}`, { status: 422 })
}

function jobFaults(policy: Policy, plan: Plan): string[] {
  const jobs = [...plan.jobs, ...plan.excluded]
  const names = jobs.map(({ name }) => name)
  const wanted = [
    ...policy.reports.map(({ name, job }) => ({ what: `report "${name}"`, job })),
    ...(policy.release === undefined ? [] : [{ what: 'the release', job: policy.release.job }]),
  ]
  const triggers = plan.jobs.flatMap(({ name, downstream }) => (downstream === undefined ? [] : [name]))
  return wanted
    .filter(({ job }) => !names.includes(job) || triggers.includes(job))
    .map(({ what, job }) => {
      if (triggers.includes(job)) return `${what} of job "${job}", which begins another pipeline and hands nothing in`
      const instances = jobs.flatMap(({ name, parallel }) => (parallel?.job === job ? [name] : []))
      return instances.length > 0
        ? `${what} of job "${job}", which runs in parallel; wanted one of ${listed(instances)}`
        : `${what} of job "${job}", which the pipeline does not have${nearest(job, names)}`
    })
}

function stageFaults({ gates }: Policy, { stages }: Plan): string[] {
  // The plan has these two only where a job is in them.
  const names = [...stages, '.pre', '.post']
  return gates
    .filter(({ after }) => !names.includes(after))
    .map(
      ({ name, after }) =>
        `gate "${name}" after stage "${after}", which the pipeline does not have${nearest(after, names)}`,
    )
}

function nearest(name: string, names: readonly string[]): string {
  const found = nearestName(name, names)
  return found === null ? '' : `; nearest name: "${found}"`
}

const listedMax = 5

function listed(names: readonly string[]): string {
  const some = names.slice(0, listedMax).map((name) => `"${name}"`)
  return names.length > listedMax ? `${some.join(', ')} … (${names.length})` : some.join(', ')
}
