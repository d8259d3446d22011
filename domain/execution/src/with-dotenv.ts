import type { PlanJob, PlanVariable } from '@sluice/contracts/plan'

const reference = /\$\$|\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/g

/**
 * A job with the variables of the dotenv reports that it receives: they win over its own of the same name, as in GitLab,
 * and stand wherever the plan left a reference to them.
 */
export function withDotenv(job: PlanJob, dotenv: readonly PlanVariable[]): PlanJob {
  if (dotenv.length === 0) return job
  const values = new Map(dotenv.map(({ key, value }) => [key, value]))
  const text = (written: string): string => fill(written, values)
  const own = job.variables.filter(({ key }) => !values.has(key))
  const { artifacts, image, environment } = job
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
    artifacts:
      artifacts === null
        ? null
        : {
            ...artifacts,
            name: text(artifacts.name),
            paths: artifacts.paths.map(text),
            exclude: artifacts.exclude.map(text),
          },
    cache: job.cache.map((cache) => ({ ...cache, key: text(cache.key), paths: cache.paths.map(text) })),
    ...(job.release === undefined
      ? {}
      : {
          release: {
            ...job.release,
            tagName: text(job.release.tagName),
            description: text(job.release.description),
            ...(job.release.name === undefined ? {} : { name: text(job.release.name) }),
          },
        }),
  }
}

function fill(written: string, values: ReadonlyMap<string, string>): string {
  if (!written.includes('$')) return written
  return written.replaceAll(reference, (whole: string, plain?: string, braced?: string) => {
    const name = plain ?? braced
    return name === undefined ? whole : (values.get(name) ?? whole)
  })
}
