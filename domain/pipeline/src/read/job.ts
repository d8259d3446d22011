import type { PlanArtifacts, PlanJob, PlanVariable, SourcePosition } from '@sluice/contracts/plan'
import { parsePattern } from '../expression/pattern.ts'
import { limits } from '../limits.ts'
import type { Located, LocatedEntry, LocatedMap } from '../yaml/located.ts'
import { readArtifacts } from './artifacts.ts'
import { readCaches, type CacheDefinition } from './cache.ts'
import { isForTriggerJobs } from './check-beside-trigger.ts'
import { checkJob } from './check-job.ts'
import { inherits, readInherit, type Defaults, type Inheritance } from './defaults.ts'
import { readEnvironment, type EnvironmentDefinition } from './environment.ts'
import { fieldReader } from './field-reader.ts'
import { readFields } from './fields.ts'
import { readImage, readServices } from './image.ts'
import { readJobOptions, type JobOptions } from './job-options.ts'
import { jobKeywords } from './keywords.ts'
import { readDependencies, readNeeds, type DependencyDefinition, type NeedDefinition } from './needs.ts'
import { readRefPolicy, type RefPolicy } from './only-except.ts'
import { readParallel, type Parallel } from './parallel.ts'
import type { Reading } from './reading.ts'
import { noRetry, readAllowFailure, readRetry, type AllowFailure, type Retry } from './retry.ts'
import { readRules, type Rule } from './rules.ts'
import { readScript } from './script.ts'
import { readTrigger, type TriggerDefinition } from './trigger.ts'
import { readUpstreamNeeds, type UpstreamNeed } from './upstream-needs.ts'
import {
  choiceReader,
  flatItems,
  isText,
  readBoolean,
  readDurationMs,
  readStartIn,
  readText,
  wrongPattern,
  wrongType,
  wrongValue,
} from './values.ts'
import { readVariables } from './variables.ts'

/** Which of the jobs that `parallel` makes of a written one. */
export interface JobInstance {
  /** The name as it is written. */
  of: string
  /** Counts from 1. */
  index: number
  total: number
  /** Of `parallel:matrix`; empty for `parallel: N`. */
  variables: readonly PlanVariable[]
}

/** A job as the pipeline writes it, before rules and variables. */
export interface JobDefinition {
  name: string
  place: SourcePosition
  stage: { name: string; place: SourcePosition }
  /** The jobs it extends, nearest first. */
  bases: readonly string[]
  /** Which keywords came from `default`. */
  defaulted: readonly string[]
  beforeScript: string[]
  script: string[]
  afterScript: string[]
  variables: readonly PlanVariable[]
  inherit: Inheritance
  rules: readonly Rule[] | null
  only: RefPolicy | null
  except: RefPolicy | null
  when: PlanJob['when']
  whenPlace: SourcePosition | null
  startInMs: number | null
  allowFailure: AllowFailure | null
  needs: readonly NeedDefinition[] | null
  dependencies: readonly DependencyDefinition[] | null
  parallel: Parallel | null
  /** For one of the jobs that `parallel` made. */
  instance: JobInstance | null
  retry: Retry
  timeoutMs: number
  interruptible: boolean
  resourceGroup: string | null
  tags: string[]
  image: PlanJob['image']
  services: PlanJob['services']
  environment: EnvironmentDefinition | null
  coverage: string | null
  artifacts: PlanArtifacts | null
  cache: CacheDefinition[]
  options: JobOptions
  /** For a job that begins another pipeline. */
  trigger: TriggerDefinition | null
  /** Needs on jobs of pipelines above. */
  upstreamNeeds: readonly UpstreamNeed[]
}

/** GitLab's default for `timeout`. */
export const defaultTimeoutMs = 3_600_000

/** `never` is for rules alone (GitLab's `when`). */
const readWhen = choiceReader<JobDefinition['when']>(['on_success', 'on_failure', 'always', 'manual', 'delayed'])

/** Reads one job. Everything wrong with it goes to `reading`; the definition is complete all the same. */
export function readJob(
  name: string,
  entry: LocatedEntry & { value: LocatedMap },
  bases: readonly string[],
  defaults: Defaults,
  reading: Reading,
): JobDefinition {
  const own = readFields(entry.value, jobKeywords, '', reading)
  const inherit = fieldReader(own, '', reading)('inherit', { defaults: true, variables: true }, readInherit)
  const takes = (key: string): boolean => !own.has('trigger') || isForTriggerJobs(key)
  const inherited = [...defaults].filter(([key]) => !own.has(key) && takes(key) && inherits(inherit.defaults, key))
  const fields = new Map([...own, ...inherited])
  checkJob(name, entry, fields, reading)
  const field = fieldReader(fields, '', reading)
  return {
    name,
    place: entry.keyPlace,
    stage: { name: field('stage', 'test', readText), place: fields.get('stage')?.value.place ?? entry.keyPlace },
    bases,
    defaulted: inherited.map(([key]) => key),
    beforeScript: field('before_script', [], readScript),
    script: field('script', [], readScript),
    afterScript: field('after_script', [], readScript),
    variables: field('variables', [], readVariables),
    inherit,
    rules: field('rules', null, (node) => readRules(node, 'job', reading)),
    only: field('only', null, readRefPolicy),
    except: field('except', null, readRefPolicy),
    when: field('when', 'on_success', readWhen),
    whenPlace: fields.get('when')?.value.place ?? null,
    startInMs: field('start_in', null, readStartIn),
    allowFailure: field('allow_failure', null, readAllowFailure),
    needs: field('needs', null, readNeeds),
    dependencies: field('dependencies', null, readDependencies),
    parallel: field('parallel', null, readParallel),
    instance: null,
    retry: field('retry', noRetry, readRetry),
    timeoutMs: field('timeout', defaultTimeoutMs, readTimeout),
    interruptible: field('interruptible', false, readBoolean),
    resourceGroup: field('resource_group', null, readResourceGroup),
    tags: field('tags', [], readTags),
    image: field('image', null, readImage),
    services: field('services', [], readServices),
    environment: field('environment', null, readEnvironment),
    coverage: field('coverage', null, readCoverage),
    artifacts: field('artifacts', null, readArtifacts),
    cache: field('cache', [], readCaches),
    options: readJobOptions(name, fields, reading),
    trigger: field('trigger', null, readTrigger),
    upstreamNeeds: field('needs', [], readUpstreamNeeds),
  }
}

/** A list of texts; lists inside, as `!reference` leaves them, are made flat. */
function readTags(node: Located, keyword: string, reading: Reading): string[] {
  if (node.kind === 'list') return flatItems(node, limits.scriptNesting).map((item) => readText(item, keyword, reading))
  wrongType(node, keyword, 'a list of texts', reading)
  return []
}

/** Letters, digits, blanks, `-_/.` and variables, no `/` at an end (GitLab's `resource_group`). */
function readResourceGroup(node: Located, keyword: string, reading: Reading): string {
  const name = readText(node, keyword, reading)
  if (isText(node) && (!/^[A-Za-z0-9_\-/.${} ]+$/.test(name) || /^\/|\/$/.test(name)))
    wrongValue(node, keyword, 'letters, digits, blanks, "-", "_", "/", "." and variables, no "/" at an end', reading)
  return name
}

function readTimeout(node: Located, keyword: string, reading: Reading): number {
  const timeoutMs = readDurationMs(node, keyword, reading)
  if (timeoutMs === 0 && node.kind === 'scalar' && node.text.startsWith('0'))
    wrongValue(node, keyword, 'more than nothing', reading)
  return timeoutMs
}

function readCoverage(node: Located, keyword: string, reading: Reading): string | null {
  if (!isText(node)) {
    wrongType(node, keyword, 'a regular expression such as /Total: (\\d+)%/', reading)
    return null
  }
  const result = parsePattern(node.value)
  if (result.ok) return node.value
  wrongPattern({ written: node.value, place: node.place }, keyword, result.fault, reading)
  return null
}
