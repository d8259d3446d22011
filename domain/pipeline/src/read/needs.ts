import type { PlanNeed, SourcePosition } from '@sluice/contracts/plan'
import { limits } from '../limits.ts'
import type { Located } from '../yaml/located.ts'
import { readFields } from './fields.ts'
import type { Reading } from './reading.ts'
import { flatItems, isText, readBoolean, readText, wrongType } from './values.ts'

/** One entry of `needs`, with its place. */
export interface NeedDefinition extends PlanNeed {
  place: SourcePosition
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

export function readNeeds(node: Located, keyword: string, reading: Reading): NeedDefinition[] {
  if (node.kind !== 'list') {
    wrongType(node, keyword, 'a list of jobs', reading)
    return []
  }
  const needs = new Map<string, NeedDefinition>()
  for (const item of flatItems(node, limits.scriptNesting)) {
    const need = readNeed(item, keyword, reading)
    if (need !== null) needs.set(need.job, need)
  }
  return [...needs.values()]
}

const needKeywords = {
  known: ['job', 'artifacts', 'optional'],
  unsupported: ['pipeline', 'project', 'ref', 'parallel'],
}

function readNeed(item: Located, keyword: string, reading: Reading): NeedDefinition | null {
  if (isText(item)) return { job: item.value, artifacts: true, optional: false, place: item.place }
  if (item.kind !== 'map') {
    wrongType(item, keyword, 'the name of a job, or a map with job', reading)
    return null
  }
  const fields = readFields(item, needKeywords, keyword, reading)
  const job = fields.get('job')
  if (needKeywords.unsupported.some((key) => item.entries.has(key))) return null
  if (job === undefined) {
    wrongType(item, keyword, 'a map with job', reading)
    return null
  }
  const flag = (key: string, absent: boolean): boolean => {
    const field = fields.get(key)
    return field === undefined ? absent : readBoolean(field.value, `${keyword}:${key}`, reading)
  }
  const name = readText(job.value, `${keyword}:job`, reading)
  return { job: name, artifacts: flag('artifacts', true), optional: flag('optional', false), place: job.value.place }
}

export function readDependencies(node: Located, keyword: string, reading: Reading): DependencyDefinition[] {
  if (node.kind === 'list') {
    return node.items.map((item) => ({ job: readText(item, keyword, reading), place: item.place }))
  }
  wrongType(node, keyword, 'a list of jobs', reading)
  return []
}
