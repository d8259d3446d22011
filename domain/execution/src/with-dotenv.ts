import type { PlanArtifacts, PlanCache, PlanJob, PlanRelease, PlanVariable } from '@sluice/contracts/plan'
import { refillVariable } from './refill-variable.ts'

/** How many characters reports may add to one job in all; a reference beyond stays as it is written. */
const growthLimit = 1_048_576

const reference = /\$\$|\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/g

/**
 * A job with the variables of the dotenv reports that it receives: they win over those of the pipeline, as in GitLab,
 * in the values of others too, and stand wherever the plan left a reference to them.
 * @param given names of variables of the project or of the start, which win over reports; default none
 */
export function withDotenv(
  job: PlanJob,
  dotenv: readonly PlanVariable[],
  given: ReadonlySet<string> = new Set(),
): PlanJob {
  const values = new Map(dotenv.flatMap(({ key, value }) => (given.has(key) ? [] : [[key, value] as const])))
  if (values.size === 0) return job
  const budget = { left: growthLimit }
  const text = (written: string): string => fill(written, values, budget)
  const refill = refillVariable(job.variables, values)
  const own = job.variables.filter(({ key }) => !values.has(key)).map(refill)
  const { image, environment, release } = job
  return {
    ...job,
    variables: [
      ...own.map((one) => (one.raw === true || one.file === true ? one : { ...one, value: text(one.value) })),
      ...[...values].map(([key, value]) => ({ key, value })),
    ],
    image: image === null ? null : { ...image, name: text(image.name) },
    services: job.services.map((service) => ({ ...service, name: text(service.name) })),
    environment:
      environment === null ? null : { ...environment, url: environment.url === null ? null : text(environment.url) },
    artifacts: job.artifacts === null ? null : artifactsWith(job.artifacts, text),
    cache: job.cache.map((cache) => cacheWith(cache, text)),
    ...(release === undefined ? {} : { release: releaseWith(release, text) }),
  }
}

type FillText = (written: string) => string

function artifactsWith(artifacts: PlanArtifacts, text: FillText): PlanArtifacts {
  const reports = Object.entries(artifacts.reports).map(([kind, paths]) => [kind, paths.map(text)] as const)
  return {
    ...artifacts,
    name: text(artifacts.name),
    paths: artifacts.paths.map(text),
    exclude: artifacts.exclude.map(text),
    reports: Object.fromEntries(reports),
  }
}

function cacheWith(cache: PlanCache, text: FillText): PlanCache {
  return {
    ...cache,
    key: text(cache.key),
    keyFiles: cache.keyFiles.map(text),
    keyPrefix: text(cache.keyPrefix),
    ...(cache.fallbackKeys === undefined ? {} : { fallbackKeys: cache.fallbackKeys.map(text) }),
    paths: cache.paths.map(text),
  }
}

function releaseWith(release: PlanRelease, text: FillText): PlanRelease {
  return {
    ...release,
    tagName: text(release.tagName),
    description: text(release.description),
    ...(release.name === undefined ? {} : { name: text(release.name) }),
  }
}

function fill(written: string, values: ReadonlyMap<string, string>, budget: { left: number }): string {
  if (!written.includes('$')) return written
  return written.replaceAll(reference, (whole: string, plain?: string, braced?: string) => {
    const name = plain ?? braced
    const value = name === undefined ? undefined : values.get(name)
    if (value === undefined || value.length > budget.left) return whole
    budget.left -= value.length
    return value
  })
}
