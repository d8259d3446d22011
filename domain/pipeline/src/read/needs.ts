import type { PlanNeed, SourcePosition } from '@sluice/contracts/plan'
import { limits } from '../limits.ts'
import type { Located } from '../yaml/located.ts'
import { fieldReader } from './field-reader.ts'
import { readFields } from './fields.ts'
import type { Reading } from './reading.ts'
import { checkForeignCount, isForeign, readForeignNeed, reportMirror } from './foreign-needs.ts'
import { instanceEnding, readMatrix } from './parallel.ts'
import { flatItems, isText, readBoolean, readMap, readText, wrongType } from './values.ts'

/** One entry of `needs`, with its place. */
export interface NeedDefinition extends PlanNeed {
  place: SourcePosition
  /** With `needs:parallel:matrix`: the endings of the names that it means, such as `: [aws, app1]`. */
  instances?: readonly string[]
}

/** One entry of `dependencies`, with its place. */
export interface DependencyDefinition {
  job: string
  place: SourcePosition
}

/** The need as the plan holds it. */
export function planNeed({ job, artifacts, optional }: NeedDefinition): PlanNeed {
  return { job, artifacts, optional }
}

/** A list of names and maps, or one map. */
export function readNeeds(node: Located, keyword: string, reading: Reading): NeedDefinition[] {
  if (node.kind === 'map' && node.entries.has('pipeline') && !node.entries.has('job')) {
    reportMirror(node, keyword, reading)
    return []
  }
  if (node.kind !== 'list' && node.kind !== 'map') {
    wrongType(node, keyword, 'a list of jobs', reading)
    return []
  }
  // Far more than may be needed, so that there is a mistake all the same.
  const items = flatItems(node, limits.scriptNesting).slice(0, 2 * limits.needs)
  checkForeignCount(items, keyword, reading)
  return items.flatMap((item) => readNeed(item, keyword, reading) ?? [])
}

const needKeywords = {
  known: ['job', 'artifacts', 'optional', 'parallel'],
}

function readNeed(item: Located, keyword: string, reading: Reading): NeedDefinition | null {
  if (isText(item)) return { job: item.value, artifacts: true, optional: false, place: item.place }
  if (item.kind !== 'map') {
    wrongType(item, keyword, 'the name of a job, or a map with job', reading)
    return null
  }
  if (isForeign(item)) {
    readForeignNeed(item, keyword, reading)
    return null
  }
  const fields = readFields(item, needKeywords, keyword, reading)
  const [job, parallel] = [fields.get('job'), fields.get('parallel')]
  if (job === undefined) {
    wrongType(item, keyword, 'a map with job', reading)
    return null
  }
  const field = fieldReader(fields, keyword, reading)
  const name = readText(job.value, `${keyword}:job`, reading)
  if (!isText(job.value)) return null
  return {
    job: name,
    artifacts: field('artifacts', true, readBoolean),
    optional: field('optional', false, readBoolean),
    place: job.value.place,
    ...(parallel === undefined ? {} : { instances: readInstances(parallel.value, `${keyword}:parallel`, reading) }),
  }
}

/** `parallel: { matrix }` of a need picks jobs by the values that their names end in, in GitLab's order of the names. */
function readInstances(node: Located, keyword: string, reading: Reading): readonly string[] {
  const map = readMap(node, keyword, 'a map with matrix', reading)
  const matrix = map === null ? undefined : readFields(map, { known: ['matrix'] }, keyword, reading).get('matrix')
  if (map !== null && matrix === undefined) wrongType(node, keyword, 'a map with matrix', reading)
  return matrix === undefined ? [] : endingsOf(matrix.value, `${keyword}:matrix`, reading)
}

/** Endings by the matrix that gives them: an alias may put one matrix into a hundred thousand needs. */
const knownEndings = new WeakMap<Located, readonly string[]>()

function endingsOf(node: Located, keyword: string, reading: Reading): readonly string[] {
  const known = knownEndings.get(node)
  if (known !== undefined) return known
  const before = reading.mistakes.count
  // More than may be needed is a mistake of the job, whatever follows.
  const endings = readMatrix(node, keyword, reading)
    .slice(0, limits.needs + 1)
    .map(instanceEnding)
  if (reading.mistakes.count === before) knownEndings.set(node, endings)
  return endings
}

export function readDependencies(node: Located, keyword: string, reading: Reading): DependencyDefinition[] {
  if (node.kind === 'list') {
    return node.items.map((item) => ({ job: readText(item, keyword, reading), place: item.place }))
  }
  wrongType(node, keyword, 'a list of jobs', reading)
  return []
}
