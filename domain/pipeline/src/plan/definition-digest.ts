import type { PlanJob, PlanVariable } from '@sluice/contracts/plan'
import { digestOf } from '@sluice/kernel'
import { defaultTimeoutMs, type JobDefinition } from '../read/job.ts'
import { planNeed, type NeedDefinition } from '../read/needs.ts'
import { triggerFacts } from '../read/trigger.ts'

/**
 * The digest of what a job does, as it is written: script family, image, services, artifacts, cache, needs, tags,
 * environment, when and how long it may run and what its failure means, and every variable that the pipeline's files give it, those of the rules that were chosen among them: a
 * variable such as `BASH_ENV` changes what the same script does. Predefined variables and those of the project stay
 * out, since no file of the change says them.
 * @param variables as written, lowest precedence first
 * @param needs those that hold: of the rule that was chosen, else the job's own; the last two likewise
 */
export function definitionDigest(
  job: JobDefinition,
  variables: readonly PlanVariable[],
  needs: readonly NeedDefinition[] | null,
  { when, allowFailure, upstreamNeeds }: Pick<PlanJob, 'when' | 'allowFailure' | 'upstreamNeeds'>,
): string {
  const last = new Map(variables.map((variable) => [variable.key, variable]))
  return digestOf({
    beforeScript: job.beforeScript,
    script: job.script,
    afterScript: job.afterScript,
    image: job.image,
    services: job.services,
    variables: [...last.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    artifacts: job.artifacts,
    cache: job.cache.map(({ policyPlace: _place, ...cache }) => cache),
    needs: needs?.map(planNeed) ?? null,
    dependencies: job.dependencies?.map((dependency) => dependency.job) ?? null,
    tags: job.tags,
    environment: job.environment,
    ...(when === 'on_success' ? {} : { when }),
    ...(allowFailure === false ? {} : { allowFailure }),
    ...(job.retry.max === 0 ? {} : { retry: job.retry }),
    ...(job.timeoutMs === defaultTimeoutMs ? {} : { timeoutMs: job.timeoutMs }),
    ...(upstreamNeeds === undefined ? {} : { upstreamNeeds }),
    ...(job.trigger === null ? {} : { trigger: triggerFacts(job.trigger) }),
    ...optionsOf(job),
  })
}

/** What is absent stays out, so that it changes no digest. */
function optionsOf({ options: { onStopPlace: _place, ...options } }: JobDefinition): object {
  return options
}
