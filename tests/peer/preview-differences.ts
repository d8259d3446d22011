import { isDeepStrictEqual } from 'node:util'
import type { Plan, PlanJob } from '@sluice/contracts/plan'
import { parse } from 'yaml'

/** What a preview says of one job, as far as a plan says it in another form. */
type PreviewedJob = Record<string, unknown> & {
  image?: { name?: string } | null
  artifacts?: { paths?: string[] } | null
  variables?: Record<string, string> | null
}

/**
 * In what the jobs of a plan differ from what `gitlab-ci-local --preview` makes of the pipeline, each as
 * `job.keyword: ours / theirs`. A parallel job stands there once, by the name that is written.
 */
export function previewDifferences(plan: Plan, preview: string): string[] {
  const pipeline = parse(preview) as Record<string, PreviewedJob>
  const jobs = new Map(plan.jobs.map((job) => [job.parallel?.job ?? job.name, job]))
  return [...jobs].flatMap(([name, job]) => {
    const previewed = pipeline[name]
    if (previewed === undefined) return [`only here: ${name}`]
    const theirs = previewedValues(previewed, pipeline['variables'] ?? {})
    return Object.entries(plannedValues(job)).flatMap(([keyword, ours]) =>
      isDeepStrictEqual(ours, theirs[keyword])
        ? []
        : [`${name}.${keyword}: ${JSON.stringify(ours)} / ${JSON.stringify(theirs[keyword])}`],
    )
  })
}

/** Written variables alone: what is predefined stands in no preview. */
function plannedValues(job: PlanJob): Record<string, unknown> {
  const variables = job.variables.filter(({ key }) => !/^(?:CI|GITLAB)(?:_|$)/.test(key))
  return {
    before_script: job.beforeScript,
    script: job.script,
    after_script: job.afterScript,
    tags: job.tags,
    image: job.image?.name ?? null,
    'artifacts:paths': job.artifacts?.paths ?? [],
    variables: Object.fromEntries(variables.map(({ key, value }) => [key, value])),
  }
}

function previewedValues(job: PreviewedJob, ofPipeline: Record<string, unknown>): Record<string, unknown> {
  return {
    before_script: job['before_script'] ?? [],
    script: job['script'] ?? [],
    after_script: job['after_script'] ?? [],
    tags: job['tags'] ?? [],
    image: job.image?.name ?? null,
    'artifacts:paths': job.artifacts?.paths ?? [],
    variables: { ...ofPipeline, ...job.variables },
  }
}
