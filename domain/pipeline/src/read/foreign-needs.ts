import { quote, type Located, type LocatedMap } from '../yaml/located.ts'
import { readFields } from './fields.ts'
import type { Reading } from './reading.ts'
import { readBoolean, readText, wrongType, wrongValue } from './values.ts'

/** GitLab's limit of needs on other pipelines, a job. */
const foreignNeeds = 5

/** Whether a need names a job of another pipeline: `needs:project`, or `needs:pipeline` with `job`. */
export function isForeign(item: LocatedMap): boolean {
  return item.entries.has('project') || item.entries.has('pipeline')
}

export function checkForeignCount(items: readonly Located[], keyword: string, reading: Reading): void {
  const beyond = items.filter((item) => item.kind === 'map' && isForeign(item))[foreignNeeds]
  if (beyond !== undefined) wrongValue(beyond, keyword, `${foreignNeeds} jobs of other pipelines at most`, reading)
}

const projectKeywords = { known: ['project', 'job', 'ref', 'artifacts'] }
const pipelineKeywords = { known: ['pipeline', 'job', 'artifacts'] }

/**
 * Checks a need on a job of another pipeline. GitLab never waits for such a job, it takes over its newest artifacts; no
 * other project can be reached from here, so nothing is taken over from one, which a warning says. Those on pipelines
 * above are read by `readUpstreamNeeds`.
 */
export function readForeignNeed(item: LocatedMap, keyword: string, reading: Reading): void {
  const isProject = item.entries.has('project')
  const fields = readFields(item, isProject ? projectKeywords : pipelineKeywords, keyword, reading)
  const wanted = isProject ? ['project', 'job', 'ref', 'artifacts'] : ['pipeline', 'job']
  for (const key of wanted) {
    const field = fields.get(key)
    if (field === undefined) wrongType(item, keyword, `a map with ${wanted.join(', ')}`, reading)
    else if (key !== 'artifacts') readText(field.value, `${keyword}:${key}`, reading)
  }
  const artifacts = fields.get('artifacts')
  const takes = artifacts === undefined || readBoolean(artifacts.value, `${keyword}:artifacts`, reading)
  const job = fields.get('job')?.value
  if (!takes || !isProject || job?.kind !== 'scalar') return
  const where = `project ${quote(textOf(fields.get('project')?.value))}`
  const text = `needs of ${reading.subject} takes over no artifacts of job ${quote(job.text)} of ${where}: it cannot be reached from here`
  reading.warnings.add(text, item.place)
}

function textOf(node: Located | undefined): string {
  return node?.kind === 'scalar' ? node.text : ''
}

/** `needs: { pipeline: group/project }` shows the state of another project's pipeline as a job. */
export function reportMirror(node: LocatedMap, keyword: string, reading: Reading): void {
  const message = `Cannot plan ${reading.subject}: ${keyword}:pipeline without job mirrors the pipeline of another project, which cannot be reached from here; wanted needs on jobs`
  reading.mistakes.add('PIPELINE_UNSUPPORTED', node.place, message)
}
