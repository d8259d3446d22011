import type { PlanPages } from '@sluice/contracts/plan'
import { parseDuration } from '@sluice/kernel'
import type { Located, LocatedEntry } from '../yaml/located.ts'
import { readFields } from './fields.ts'
import { readGiven } from './read-given.ts'
import type { Reading } from './reading.ts'
import { isText, readMap, readText, wrongType, wrongValue } from './values.ts'

const pagesKeywords = { known: ['publish', 'path_prefix', 'expire_in'] }
const defaultFolder = 'public'

/**
 * `pages:` as true, false or a map, and the older form: a job named `pages`, with `publish` beside its script.
 * @returns `null` where the job is no pages job
 */
export function readPages(job: string, fields: ReadonlyMap<string, LocatedEntry>, reading: Reading): PlanPages | null {
  const [pages, publish] = [fields.get('pages'), fields.get('publish')]
  const found = pages === undefined ? (job === 'pages' ? {} : null) : readKeyword(pages.value, reading)
  if (publish === undefined) return found === null ? null : { publish: defaultFolder, ...found }
  const folder = readText(publish.value, 'publish', reading)
  if (found === null) wrongValue(publish.value, 'publish', 'pages: true beside it', reading)
  else if (found.publish !== undefined) wrongValue(publish.value, 'publish', 'it in pages only', reading)
  return found === null ? null : { ...found, publish: folder }
}

function readKeyword(node: Located, reading: Reading): Partial<PlanPages> | null {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value ? {} : null
  const map = readMap(node, 'pages', 'true, false or a map with publish', reading)
  if (map === null) return null
  return readGiven<PlanPages>(
    readFields(map, pagesKeywords, 'pages', reading),
    'pages',
    { publish: ['publish', readText], pathPrefix: ['path_prefix', readText], expireIn: ['expire_in', readPeriod] },
    reading,
  )
}

/** A duration, `never`, or a text with variables, kept as written. */
export function readPeriod(node: Located, keyword: string, reading: Reading): string {
  const text = node.kind === 'scalar' && typeof node.value !== 'boolean' ? node.text.trim() : ''
  const isKnown = /^never$/i.test(text) || text.includes('$') || parseDuration(text.replace(/^one\b/i, '1')) !== null
  if (text === '' && !isText(node)) wrongType(node, keyword, 'a duration such as "1 week", or "never"', reading)
  else if (!isKnown) wrongValue(node, keyword, 'a duration such as "1 week", or "never"', reading)
  return text
}

/** GitLab's form of `path_prefix`: lower case, letters, digits, dots and hyphens, 63 bytes at most. */
export function pathPrefixOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]/g, '-')
    .slice(0, 63)
    .replaceAll(/^[.-]+|[.-]+$/g, '')
}
