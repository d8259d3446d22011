import type { PlanArtifacts, PlanJob, PlanVariable, SourcePosition } from '@sluice/contracts/plan'
import { parsePattern } from '../expression/pattern.ts'
import { limits } from '../limits.ts'
import { quote, type Located, type LocatedEntry, type LocatedMap } from '../yaml/located.ts'
import { readArtifacts } from './artifacts.ts'
import { readCaches, type CacheDefinition } from './cache.ts'
import { inherits, readInherit, type Defaults, type Inheritance } from './defaults.ts'
import { readEnvironment, type EnvironmentDefinition } from './environment.ts'
import { readFields } from './fields.ts'
import { readImage, readServices } from './image.ts'
import { jobKeywords } from './keywords.ts'
import { readDependencies, readNeeds, type DependencyDefinition, type NeedDefinition } from './needs.ts'
import { readRefPolicy, type RefPolicy } from './only-except.ts'
import { readParallel, type Parallel } from './parallel.ts'
import type { Reading } from './reading.ts'
import { noRetry, readAllowFailure, readRetry, type AllowFailure, type Retry } from './retry.ts'
import { readRules, type Rule } from './rules.ts'
import { readScript } from './script.ts'
import {
  choiceReader,
  isText,
  readBoolean,
  readDurationMs,
  readStartIn,
  readText,
  readTextList,
  wrongType,
  wrongValue,
  type ReadValue,
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
  when: PlanJob['when'] | 'never'
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
}

/** GitLab's default for `timeout`. */
const defaultTimeoutMs = 3_600_000

const readWhen = choiceReader<JobDefinition['when']>([
  'on_success',
  'on_failure',
  'always',
  'manual',
  'delayed',
  'never',
])

/** Reads one job. Everything wrong with it goes to `reading`; the definition is complete all the same. */
export function readJob(
  name: string,
  entry: LocatedEntry & { value: LocatedMap },
  bases: readonly string[],
  defaults: Defaults,
  reading: Reading,
): JobDefinition {
  checkName(name, entry, reading)
  const own = readFields(entry.value, jobKeywords, '', reading)
  const inherit = readOwn(own, 'inherit', readInherit, { defaults: true, variables: true }, reading)
  const inherited = [...defaults].filter(([key]) => !own.has(key) && inherits(inherit.defaults, key))
  const fields = new Map([...own, ...inherited])
  checkScript(name, entry, fields, reading)
  checkStart(fields, reading)
  checkOnlyExcept(fields, reading)
  const field = <T>(key: string, absent: T, read: ReadValue<T>): T => readOwn(fields, key, read, absent, reading)
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
    rules: field<Rule[] | null>('rules', null, (node) => readRules(node, 'job', reading)),
    only: field('only', null, readRefPolicy),
    except: field('except', null, readRefPolicy),
    when: field('when', 'on_success', readWhen),
    whenPlace: fields.get('when')?.value.place ?? null,
    startInMs: field<number | null>('start_in', null, readStartIn),
    allowFailure: field<AllowFailure | null>('allow_failure', null, readAllowFailure),
    needs: field<NeedDefinition[] | null>('needs', null, readNeeds),
    dependencies: field<DependencyDefinition[] | null>('dependencies', null, readDependencies),
    parallel: field<Parallel | null>('parallel', null, readParallel),
    instance: null,
    retry: field('retry', noRetry, readRetry),
    timeoutMs: field('timeout', defaultTimeoutMs, readTimeout),
    interruptible: field('interruptible', false, readBoolean),
    resourceGroup: field<string | null>('resource_group', null, readText),
    tags: field('tags', [], readTextList),
    image: field('image', null, readImage),
    services: field('services', [], readServices),
    environment: field('environment', null, readEnvironment),
    coverage: field('coverage', null, readCoverage),
    artifacts: field('artifacts', null, readArtifacts),
    cache: field('cache', [], readCaches),
  }
}

function readOwn<T>(
  fields: ReadonlyMap<string, LocatedEntry>,
  key: string,
  read: ReadValue<T>,
  absent: T,
  reading: Reading,
): T {
  const entry = fields.get(key)
  return entry === undefined ? absent : read(entry.value, key, reading)
}

function checkName(name: string, entry: LocatedEntry, reading: Reading): void {
  if (name.length > limits.nameLength) {
    const message = `Cannot plan job ${quote(name)}: its name has ${name.length} characters; wanted ${limits.nameLength} at most`
    reading.mistakes.add('PIPELINE_WRONG_VALUE', entry.keyPlace, message)
  }
  if (name === 'pages')
    reading.warnings.add('Job "pages" runs as any other job: publishing pages is not supported', entry.keyPlace)
}

/** `trigger` and `run` stand in place of a script and have a mistake of their own. */
function checkScript(
  name: string,
  entry: LocatedEntry & { value: LocatedMap },
  fields: ReadonlyMap<string, LocatedEntry>,
  reading: Reading,
): void {
  const script = fields.get('script')?.value
  const replaced = ['trigger', 'run'].some((key) => entry.value.entries.has(key))
  const empty =
    script === undefined ||
    (script.kind === 'list' && script.items.length === 0) ||
    (isText(script) && script.value === '')
  if (empty && !replaced) {
    const message = `Cannot plan job ${quote(name)}: it has no script; wanted script, or a name that begins with "."`
    reading.mistakes.add('PIPELINE_NO_SCRIPT', entry.keyPlace, message)
  }
}

function checkStart(fields: ReadonlyMap<string, LocatedEntry>, reading: Reading): void {
  const when = fields.get('when')?.value
  const startIn = fields.get('start_in')?.value
  const delayed = when !== undefined && isText(when) && when.value === 'delayed'
  if (delayed && startIn === undefined) wrongValue(when, 'when', 'start_in beside when: delayed', reading)
  if (!delayed && startIn !== undefined && !fields.has('rules'))
    wrongValue(startIn, 'start_in', 'when: delayed beside start_in', reading)
}

function checkOnlyExcept(fields: ReadonlyMap<string, LocatedEntry>, reading: Reading): void {
  for (const key of ['only', 'except']) {
    const entry = fields.get(key)
    if (entry === undefined || !fields.has('rules')) continue
    const message = `Cannot plan ${reading.subject}: it has both rules and ${key}; wanted rules alone`
    reading.mistakes.add('PIPELINE_WRONG_VALUE', entry.keyPlace, message)
  }
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
  const message = `Cannot read ${keyword} of ${reading.subject}: regular expression ${quote(node.value)}: ${result.fault}`
  reading.mistakes.add('PIPELINE_PATTERN', node.place, message)
  return null
}
