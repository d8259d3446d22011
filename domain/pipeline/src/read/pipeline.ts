import type { PlanVariable } from '@sluice/contracts/plan'
import { limits } from '../limits.ts'
import type { Extended } from '../merge/extends.ts'
import type { Mistakes } from '../mistakes.ts'
import { hint } from '../nearest-name.ts'
import { describe, quote, type LocatedEntry, type LocatedMap } from '../yaml/located.ts'
import { readAutoCancel, type AutoCancel } from './auto-cancel.ts'
import { readDefaults, type Defaults } from './defaults.ts'
import { expandParallel } from './expand-parallel.ts'
import { readFields } from './fields.ts'
import { readJob, type JobDefinition } from './job.ts'
import { isRootKeyword, rootKeywords, unsupportedRootKeywords } from './keywords.ts'
import type { Reading, Warnings } from './reading.ts'
import { readRules, type Rule } from './rules.ts'
import { readMap, readText, readTextList } from './values.ts'
import { readVariables } from './variables.ts'

/** A whole pipeline as it is written, its keywords read, before rules and variables. */
export interface PipelineDefinition {
  /** `.pre` first, `.post` last. */
  stages: readonly string[]
  variables: readonly PlanVariable[]
  workflow: WorkflowDefinition
  /** In the order of the text, without the hidden ones; one that is parallel as the jobs that it stands for. */
  jobs: readonly JobDefinition[]
}

export interface WorkflowDefinition {
  name: string | null
  rules: readonly Rule[] | null
  autoCancel: AutoCancel | null
}

export function readPipeline(extended: Extended, mistakes: Mistakes, warnings: Warnings): PipelineDefinition {
  const { root } = extended
  const reading = (subject: string): Reading => ({ subject, mistakes, warnings })
  const field = (key: string): LocatedEntry | undefined => {
    const entry = root.entries.get(key)
    return entry?.value.kind === 'scalar' && entry.value.value === null ? undefined : entry
  }
  for (const key of unsupportedRootKeywords) reportUnsupported(key, root, mistakes)
  const defaults = readDefaults(root, reading('default'))
  checkDefaults(root, defaults, reading('default'))
  const variables = field('variables')
  const stages = readStages(field('stages'), reading('the pipeline'))
  return {
    stages,
    variables: variables === undefined ? [] : readVariables(variables.value, 'variables', reading('the pipeline')),
    workflow: readWorkflow(field('workflow'), reading('workflow')),
    jobs: expandParallel(readJobs(extended, defaults, stages, reading), mistakes, warnings),
  }
}

function reportUnsupported(key: string, root: LocatedMap, mistakes: Mistakes): void {
  const entry = root.entries.get(key)
  if (entry === undefined) return
  mistakes.add(
    'PIPELINE_UNSUPPORTED',
    entry.keyPlace,
    `Cannot plan the pipeline: keyword "${key}" is not supported yet`,
  )
}

/** Read once as if a job said it, so that a mistake in a default names the default and not the first job. */
function checkDefaults(root: LocatedMap, defaults: Defaults, reading: Reading): void {
  const script = {
    keyPlace: root.place,
    value: { kind: 'scalar', value: 'true', text: 'true', place: root.place, weight: 0 },
  } as const
  const entries = new Map<string, LocatedEntry>([...defaults, ['script', script]])
  readJob(
    'default',
    { keyPlace: root.place, value: { kind: 'map', entries, place: root.place, weight: 0 } },
    [],
    new Map(),
    reading,
  )
}

const defaultStages = ['build', 'test', 'deploy']

function readStages(entry: LocatedEntry | undefined, reading: Reading): string[] {
  const named = entry === undefined ? defaultStages : readTextList(entry.value, 'stages', reading)
  if (entry?.value.kind !== 'list' && named.length === 0) return readStages(undefined, reading)
  const between = named.filter((stage) => stage !== '.pre' && stage !== '.post')
  return ['.pre', ...new Set(between), '.post']
}

const workflowKeywords = { known: ['name', 'rules', 'auto_cancel'] }

function readWorkflow(entry: LocatedEntry | undefined, reading: Reading): WorkflowDefinition {
  const whole = { ...reading, subject: 'the pipeline' }
  const map = entry === undefined ? null : readMap(entry.value, 'workflow', 'a map with rules', whole)
  if (map === null) return { name: null, rules: null, autoCancel: null }
  const fields = readFields(map, workflowKeywords, '', reading)
  const [name, rules, autoCancel] = [fields.get('name'), fields.get('rules'), fields.get('auto_cancel')]
  return {
    name: name === undefined ? null : readText(name.value, 'name', reading),
    rules: rules === undefined ? null : readRules(rules.value, 'workflow', reading),
    autoCancel: autoCancel === undefined ? null : readAutoCancel(autoCancel.value, 'auto_cancel', reading),
  }
}

function readJobs(
  { root, bases }: Extended,
  defaults: Defaults,
  stages: readonly string[],
  reading: (subject: string) => Reading,
): JobDefinition[] {
  const jobs: JobDefinition[] = []
  const { mistakes } = reading('')
  const inheritedWeight = weightOf(defaults) + (root.entries.get('variables')?.value.weight ?? 0)
  let weight = 0
  let count = 0
  for (const [name, entry] of root.entries) {
    if (isRootKeyword(name) || name.startsWith('.')) continue
    const { keyPlace, value } = entry
    if (value.kind !== 'map') {
      reportNoJob(name, entry, mistakes)
      continue
    }
    const job = readJob(name, { keyPlace, value }, bases.get(name) ?? [], defaults, reading(`job ${quote(name)}`))
    const copies = job.parallel?.total ?? 1
    count += copies
    if (count > limits.jobs) {
      const message = `Cannot plan job ${quote(name)}: the pipeline has more than ${limits.jobs} jobs with it`
      mistakes.add('PIPELINE_TOO_MANY_JOBS', keyPlace, message)
      return jobs
    }
    weight += (value.weight + inheritedWeight) * copies
    if (weight > limits.totalWeight) {
      const message = `Cannot plan job ${quote(name)}: the jobs with what they inherit have more than ${limits.totalWeight} characters`
      mistakes.add('PIPELINE_TOO_BIG', keyPlace, message)
      return jobs
    }
    checkStage(job, stages, mistakes)
    jobs.push(job)
  }
  if (jobs.length === 0 && mistakes.count === 0) {
    mistakes.add(
      'PIPELINE_NO_JOBS',
      root.place,
      'Cannot plan the pipeline: it defines no job; wanted a job with script',
    )
  }
  return jobs
}

function weightOf(defaults: Defaults): number {
  let weight = 0
  for (const { value } of defaults.values()) weight += value.weight
  return weight
}

function reportNoJob(name: string, { keyPlace, value }: LocatedEntry, mistakes: Mistakes): void {
  const message = `Cannot read job ${quote(name)}: it is ${describe(value)}; wanted a map with script`
  mistakes.add('PIPELINE_WRONG_TYPE', keyPlace, message + hint(name, rootKeywords).replace(/^; wanted one of.*$/, ''))
}

function checkStage(job: JobDefinition, stages: readonly string[], mistakes: Mistakes): void {
  if (stages.includes(job.stage.name) || job.stage.name === '') return
  const message = `Cannot plan job ${quote(job.name)}: stage ${quote(job.stage.name)} is not in stages${hint(job.stage.name, stages)}`
  mistakes.add('PIPELINE_UNKNOWN_STAGE', job.stage.place, message)
}
