import { isDeepStrictEqual } from 'node:util'
import type { Plan, PlanJob, PlanVariable, Reason } from '@sluice/contracts/plan'
import { pushToMain } from '@sluice/pipeline/testing'

/** What a plan holds for a job that says no more than its script. */
const silent: Partial<PlanJob> = {
  needs: null,
  dependencies: null,
  beforeScript: [],
  afterScript: [],
  when: 'on_success',
  startInMs: null,
  allowFailure: false,
  retry: { max: 0, when: ['always'], exitCodes: [] },
  timeoutMs: 3_600_000,
  interruptible: false,
  coverage: null,
  resourceGroup: null,
  tags: [],
  image: null,
  services: [],
  environment: null,
  artifacts: null,
  cache: [],
}

/** Variables that follow from the name and the stage of the job. */
const following = new Set(['CI_JOB_NAME', 'CI_JOB_NAME_SLUG', 'CI_JOB_STAGE'])

/** Shown in the first line of the job, apart, or not at all: a digest is the matter of other tests. */
const apart = new Set(['name', 'stage', 'variables', 'reasons', 'definitionDigest'])

/**
 * A plan for people to read and hold against GitLab's reference: a line for each thing that a job says, values as JSON.
 * What a silent job has too is left out; everything else is there.
 */
export function planText(plan: Plan): string {
  const { trigger, stages, jobs, excluded, warnings, version, project, ...others } = plan
  const lines = [
    `stages: ${stages.join(', ')}`,
    ...(isDeepStrictEqual(trigger, pushToMain) ? [] : [`trigger: ${JSON.stringify(trigger)}`]),
    ...(version === 1 && project === 'case' ? [] : [`plan ${version} of ${project}`]),
    ...Object.entries(others).map(([key, value]) => `${key}: ${JSON.stringify(value)}`),
    ...jobs.flatMap(jobLines),
    ...excluded.flatMap(({ name, stage, reasons, ...others }) => [
      `out: ${name} (${stage})${Object.keys(others).length === 0 ? '' : ` ${JSON.stringify(others)}`}`,
      ...reasons.map((reason) => `  because ${reasonText(reason)}`),
    ]),
    ...warnings.map((warning) => `warning: ${reasonText(warning)}`),
  ]
  return `${lines.join('\n')}\n`
}

function jobLines(job: PlanJob): string[] {
  const said = Object.entries(job).filter(
    ([key, value]) => !apart.has(key) && !isDeepStrictEqual(value, silent[key as keyof PlanJob]),
  )
  const variables = job.variables.filter(({ key }) => !following.has(key))
  const reasons = job.reasons.filter(({ text }) => text !== 'no rules: runs with when: on_success')
  return [
    `job: ${job.name} (${job.stage})`,
    ...said.map(([key, value]) => `  ${key}: ${JSON.stringify(value, withoutPlan)}`),
    ...childLines(job),
    ...variables.map((variable) => `  $${variableText(variable)}`),
    ...reasons.map((reason) => `  because ${reasonText(reason)}`),
  ]
}

/** The plan of a child stands below the job, not among what the job says. */
const withoutPlan = (key: string, value: unknown): unknown => (key === 'plan' ? undefined : value)

function childLines({ downstream }: PlanJob): string[] {
  const child = downstream?.target.kind === 'child' ? downstream.target.plan : undefined
  return child === undefined
    ? []
    : planText(child)
        .trimEnd()
        .split('\n')
        .map((line) => `  | ${line}`)
}

function variableText({ key, value, ...marks }: PlanVariable): string {
  const told = Object.keys(marks)
  return `${key}=${JSON.stringify(value)}${told.length === 0 ? '' : ` ${told.join(', ')}`}`
}

function reasonText({ kind, text, position, values }: Reason): string {
  const place = position === undefined ? '' : `${position.path}:${position.line}:${position.column} `
  return `${place}[${kind}] ${text}${values === undefined ? '' : ` ${JSON.stringify(values)}`}`
}
