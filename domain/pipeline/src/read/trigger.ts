import type { JobInputValue } from '@sluice/contracts/plan'
import { readIncludes, triggerIncludes } from '../sources/include-entries.ts'
import { jsonOf } from '../yaml/json-of.ts'
import type { Located, LocatedEntry, LocatedMap } from '../yaml/located.ts'
import { fieldReader } from './field-reader.ts'
import { readFields } from './fields.ts'
import type { Reading } from './reading.ts'
import { choiceReader, isText, readBoolean, readMap, readText, wrongType, wrongValue } from './values.ts'

/** `trigger:` of a job as it is written. */
export interface TriggerDefinition {
  strategy: 'depend' | 'mirror' | null
  forward: { yamlVariables: boolean; pipelineVariables: boolean }
  target:
    | {
        kind: 'child'
        include: Located
        /** Files that earlier jobs make. */
        artifacts: readonly { job: string; place: Located['place'] }[]
      }
    | {
        kind: 'project'
        project: string
        branch: string | null
        inputs: Record<string, JobInputValue> | null
        place: Located['place']
      }
}

/** GitLab's limit of files that one child is made of. */
const includesMax = 3

const triggerKeywords = { known: ['include', 'project', 'branch', 'strategy', 'forward', 'inputs'] }
const readStrategy = choiceReader(['depend', 'mirror'])

/** The path of a project, or a map with `include` or `project` (GitLab's `trigger`). */
export function readTrigger(node: Located, keyword: string, reading: Reading): TriggerDefinition | null {
  if (isText(node)) return whole(projectTarget(node, keyword, reading))
  const map = readMap(node, keyword, 'the path of a project, or a map with include or project', reading)
  if (map === null) return null
  const fields = readFields(map, triggerKeywords, keyword, reading)
  const field = fieldReader(fields, keyword, reading)
  const target = readTarget(map, fields, keyword, reading)
  return {
    strategy: field('strategy', null, readStrategy),
    forward: field('forward', forwardedByDefault, readForward),
    target,
  }
}

const forwardedByDefault: TriggerDefinition['forward'] = { yamlVariables: true, pipelineVariables: false }

const whole = (target: TriggerDefinition['target']): TriggerDefinition => ({
  strategy: null,
  forward: forwardedByDefault,
  target,
})

type Fields = ReadonlyMap<string, LocatedEntry>

function readTarget(map: LocatedMap, fields: Fields, keyword: string, reading: Reading): TriggerDefinition['target'] {
  const [include, project] = [fields.get('include'), fields.get('project')]
  if ((include === undefined) === (project === undefined)) {
    const place = include === undefined ? map : (project?.value ?? map)
    wrongValue(place, keyword, 'just one of: include, project', reading)
  }
  if (include === undefined) return readProject(map, fields, keyword, reading)
  for (const key of ['branch', 'inputs']) {
    const entry = fields.get(key)
    const wanted = key === 'inputs' ? 'inputs in the entry of include that they are for' : 'project beside branch'
    if (entry !== undefined && project === undefined) wrongValue(entry.value, `${keyword}:${key}`, wanted, reading)
  }
  return { kind: 'child', include: include.value, artifacts: readChild(include.value, `${keyword}:include`, reading) }
}

function readChild(node: Located, keyword: string, reading: Reading): { job: string; place: Located['place'] }[] {
  const entries = readIncludes(node, triggerIncludes, reading)
  const written = node.kind === 'list' ? node.items.length : 1
  if (node.kind === 'list' && written === 0) wrongValue(node, keyword, 'one file or more', reading)
  if (written > includesMax) {
    const message = `Cannot read ${keyword} of ${reading.subject}: it names ${written} files; wanted ${includesMax} at most`
    reading.mistakes.add('PIPELINE_WRONG_VALUE', node.place, message)
  }
  return entries.flatMap(({ location, place }) =>
    location.kind === 'artifact' ? [{ job: location.job, place: location.jobPlace ?? place }] : [],
  )
}

function readProject(map: LocatedMap, fields: Fields, keyword: string, reading: Reading): TriggerDefinition['target'] {
  const field = fieldReader(fields, keyword, reading)
  const project = fields.get('project')
  return {
    ...projectTarget(project?.value ?? null, `${keyword}:project`, reading, map.place),
    branch: field('branch', null, readText),
    inputs: field('inputs', null, readInputs),
  }
}

function projectTarget(
  node: Located | null,
  keyword: string,
  reading: Reading,
  place = node?.place,
): TriggerDefinition['target'] & { kind: 'project' } {
  const project = node === null ? '' : readText(node, keyword, reading)
  if (node !== null && isText(node) && project.trim() === '')
    wrongValue(node, keyword, 'the full path of a project, such as group/project', reading)
  const at = node?.place ?? place ?? { path: '', line: 1, column: 1 }
  return { kind: 'project', project, branch: null, inputs: null, place: at }
}

function readInputs(node: Located, keyword: string, reading: Reading): Record<string, JobInputValue> {
  const map = readMap(node, keyword, 'a map of names and values', reading)
  const values = [...(map?.entries ?? [])].map(([name, { value }]): [string, JobInputValue] => [
    name,
    inputValue(value, `${keyword}:${name}`, reading),
  ])
  return Object.fromEntries(values)
}

function inputValue(node: Located, keyword: string, reading: Reading): JobInputValue {
  if (node.kind === 'scalar' && node.value !== null) return node.value
  if (node.kind === 'list') return node.items.map((item) => inputValue(item, keyword, reading))
  wrongType(node, keyword, 'a text, a number, true, false or a list of them', reading)
  return ''
}

const forwardKeywords = { known: ['yaml_variables', 'pipeline_variables'] }

function readForward(node: Located, keyword: string, reading: Reading): TriggerDefinition['forward'] {
  const map = readMap(node, keyword, 'a map with yaml_variables or pipeline_variables', reading)
  if (map === null) return forwardedByDefault
  const field = fieldReader(readFields(map, forwardKeywords, keyword, reading), keyword, reading)
  return {
    yamlVariables: field('yaml_variables', forwardedByDefault.yamlVariables, readBoolean),
    pipelineVariables: field('pipeline_variables', forwardedByDefault.pipelineVariables, readBoolean),
  }
}

/** What of it says what the job does, for its digest. */
export function triggerFacts({ strategy, forward, target }: TriggerDefinition): object {
  if (target.kind === 'child') return { strategy, forward, include: jsonOf(target.include) }
  const { place: _place, ...project } = target
  return { strategy, forward, ...project }
}
