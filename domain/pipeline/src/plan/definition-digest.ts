import type { PlanVariable } from '@sluice/contracts/plan'
import { digestOf } from '@sluice/kernel'
import type { JobDefinition } from '../read/job.ts'
import { planNeed } from '../read/needs.ts'

/**
 * The digest of what a job does, as it is written: script family, image, services, the pipeline's and the job's own
 * variables, artifacts, cache, needs. Predefined variables, those of the project and those of rules stay out: they
 * differ from run to run.
 */
export function definitionDigest(job: JobDefinition, inheritedVariables: readonly PlanVariable[]): string {
  const variables = new Map([...inheritedVariables, ...job.variables].map((variable) => [variable.key, variable]))
  return digestOf({
    beforeScript: job.beforeScript,
    script: job.script,
    afterScript: job.afterScript,
    image: job.image,
    services: job.services,
    variables: [...variables.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    artifacts: job.artifacts,
    cache: job.cache.map(({ policyPlace: _place, ...cache }) => cache),
    needs: job.needs?.map(planNeed) ?? null,
  })
}
