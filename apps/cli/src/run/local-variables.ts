import type { PlanJob, PlanVariable } from '@sluice/contracts/plan'
import { jobFacts } from '@sluice/execution'

/** What is known of an attempt on this machine when it begins. */
export interface LocalAttempt {
  /** Counts the attempts of the run from 1. */
  id: number
  startedMs: number
  /** Its place among those that run at once, from 0. */
  slot: number
  version: string
  /** As Node names them. */
  platform: string
  architecture: string
}

const goArchitectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' }

/** Variables that GitLab's runner gives a job when it begins; those of the plan win over them. */
export function localVariables(
  job: Pick<PlanJob, 'timeoutMs' | 'image' | 'when'>,
  attempt: LocalAttempt,
): PlanVariable[] {
  const { id, startedMs, slot, version, platform, architecture } = attempt
  const values = {
    CI_JOB_ID: String(id),
    CI_JOB_STARTED_AT: new Date(startedMs).toISOString(),
    CI_CONCURRENT_ID: String(slot),
    CI_CONCURRENT_PROJECT_ID: String(slot),
    CI_RUNNER_DESCRIPTION: 'sluice run',
    CI_RUNNER_EXECUTABLE_ARCH: `${platform}/${goArchitectures[architecture] ?? architecture}`,
    CI_RUNNER_VERSION: version,
  }
  return [...jobFacts(job), ...Object.entries(values).map(([key, value]) => ({ key, value }))]
}
