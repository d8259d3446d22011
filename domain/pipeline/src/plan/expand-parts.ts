import type { PlanArtifacts, PlanCache, PlanEnvironment, PlanJob } from '@sluice/contracts/plan'
import type { Mistakes } from '../mistakes.ts'
import { cachePolicies, type CacheDefinition } from '../read/cache.ts'
import type { EnvironmentDefinition } from '../read/environment.ts'
import type { JobDefinition } from '../read/job.ts'
import { expandTexts } from '../variables/expand-texts.ts'
import type { VariableScope } from '../variables/variable-scope.ts'
import { quote } from '../yaml/located.ts'
import { expandContainer, expandService } from './expand-container.ts'
import { withPages } from './plan-job-options.ts'

type ExpandedParts = Pick<
  PlanJob,
  'resourceGroup' | 'tags' | 'image' | 'services' | 'environment' | 'artifacts' | 'cache'
>

/**
 * What of a job holds variables besides its options: filled in.
 * @param fill fills in inputs alone
 */
export function expandParts(
  definition: JobDefinition,
  scope: VariableScope,
  fill: (text: string) => string,
  mistakes: Mistakes,
): ExpandedParts {
  const text = (value: string): string => scope.expandText(fill(value))
  const { image, environment, artifacts } = definition
  return {
    // A name of which nothing is left names no group, as in GitLab.
    resourceGroup: text(definition.resourceGroup ?? '') || null,
    tags: definition.tags.map(text),
    image: image === null ? null : expandContainer(image, text),
    services: definition.services.map((service) => expandService(service, text)),
    environment: environment === null ? null : expandEnvironment(environment, text),
    artifacts: expandArtifacts(withPages(artifacts, definition.options.pages), text),
    cache: definition.cache.map((cache) => expandCache(cache, text, definition, mistakes)),
  }
}

/** The job that stops it is a name, and GitLab fills in nothing there. */
function expandEnvironment(
  { tier, ...environment }: EnvironmentDefinition,
  text: (value: string) => string,
): PlanEnvironment {
  const { onStop } = environment
  return {
    ...expandTexts(environment, text),
    ...(onStop === undefined ? {} : { onStop }),
    ...(tier === null ? {} : { tier: text(tier) }),
  }
}

function expandArtifacts(artifacts: PlanArtifacts | null, text: (value: string) => string): PlanArtifacts | null {
  if (artifacts === null) return null
  const reports = Object.entries(artifacts.reports).map(([kind, paths]) => [kind, paths.map(text)] as const)
  return {
    ...artifacts,
    name: text(artifacts.name),
    paths: [...new Set(artifacts.paths.map(text))],
    exclude: artifacts.exclude.map(text),
    reports: Object.fromEntries(reports),
  }
}

function expandCache(
  { policyPlace, ...cache }: CacheDefinition,
  text: (value: string) => string,
  definition: JobDefinition,
  mistakes: Mistakes,
): PlanCache {
  const written = text(cache.policy)
  const policy = cachePolicies.find((choice) => choice === written)
  if (policy === undefined) {
    const message = `Cannot read cache:policy of job ${quote(definition.name)}: it is ${quote(cache.policy)}; wanted one of: ${cachePolicies.join(', ')}`
    mistakes.add('PIPELINE_WRONG_VALUE', policyPlace, message)
  }
  return {
    ...cache,
    key: text(cache.key) || 'default',
    keyFiles: cache.keyFiles.map(text),
    keyPrefix: text(cache.keyPrefix),
    ...(cache.fallbackKeys === undefined ? {} : { fallbackKeys: cache.fallbackKeys.map(text) }),
    paths: cache.paths.map(text),
    policy: policy ?? 'pull-push',
  }
}
