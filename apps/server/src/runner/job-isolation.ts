import type { IsolationLevel } from '@sluice/contracts/evidence'
import type { JobRequest } from '@sluice/contracts/runner'
import { wantsContainers, type JobContainers } from '@sluice/execution'

/** How a runner says that it isolates a job: it may run those that want containers in another way than the others. */
export function jobIsolation({ info }: Pick<JobRequest, 'info'>, job: JobContainers | undefined): IsolationLevel {
  const level = info?.sluice_isolation ?? 'none'
  return job !== undefined && wantsContainers(job) ? (info?.sluice_container_isolation ?? level) : level
}
