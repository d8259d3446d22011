import type { PlanJob, PlanVariable } from '@sluice/contracts/plan'

/**
 * Variables that GitLab gives a job when it is taken up: CI_JOB_TIMEOUT in seconds, CI_JOB_IMAGE, and CI_JOB_MANUAL for
 * a manual job, which runs only when a person has started it. The job's own variables win over them.
 */
export function jobFacts({ timeoutMs, image, when }: Pick<PlanJob, 'timeoutMs' | 'image' | 'when'>): PlanVariable[] {
  return [
    { key: 'CI_JOB_TIMEOUT', value: String(Math.ceil(timeoutMs / 1000)) },
    ...(image === null ? [] : [{ key: 'CI_JOB_IMAGE', value: image.name }]),
    ...(when === 'manual' ? [{ key: 'CI_JOB_MANUAL', value: 'true' }] : []),
  ]
}
