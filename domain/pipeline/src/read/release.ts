import type { PlanRelease, PlanReleaseLink } from '@sluice/contracts/plan'
import type { Located } from '../yaml/located.ts'
import { readFields } from './fields.ts'
import { readGiven } from './read-given.ts'
import type { Reading } from './reading.ts'
import { choiceReader, isText, readMap, readText, readTextOrList, wrongType, wrongValue } from './values.ts'

const releaseKeywords = {
  known: ['tag_name', 'tag_message', 'description', 'name', 'ref', 'milestones', 'released_at', 'assets'],
}

/** `release:`; tag_name and description are wanted (GitLab's `release`). */
export function readRelease(node: Located, keyword: string, reading: Reading): PlanRelease {
  const map = readMap(node, keyword, 'a map with tag_name and description', reading)
  if (map === null) return { tagName: '', description: '' }
  const fields = readFields(map, releaseKeywords, keyword, reading)
  if (!fields.has('tag_name') || !fields.has('description'))
    wrongType(node, keyword, 'a map with tag_name and description', reading)
  const given = readGiven<PlanRelease>(
    fields,
    keyword,
    {
      tagName: ['tag_name', readFilled],
      description: ['description', readFilled],
      tagMessage: ['tag_message', readText],
      name: ['name', readText],
      ref: ['ref', readText],
      milestones: ['milestones', readTextOrList],
      releasedAt: ['released_at', readMoment],
      links: ['assets', readAssets],
    },
    reading,
  )
  return { tagName: '', description: '', ...given }
}

function readFilled(node: Located, keyword: string, reading: Reading): string {
  const text = readText(node, keyword, reading)
  if (isText(node) && text === '') wrongValue(node, keyword, 'a text that is not empty', reading)
  return text
}

const momentPattern =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/

function readMoment(node: Located, keyword: string, reading: Reading): string {
  const text = readText(node, keyword, reading)
  if (isText(node) && !momentPattern.test(text) && !text.includes('$'))
    wrongValue(node, keyword, 'an ISO 8601 time such as "2021-03-15T08:00:00Z"', reading)
  return text
}

function readAssets(node: Located, keyword: string, reading: Reading): PlanReleaseLink[] {
  const map = readMap(node, keyword, 'a map with links', reading)
  const links = map === null ? undefined : readFields(map, { known: ['links'] }, keyword, reading).get('links')
  if (links?.value.kind === 'list')
    return links.value.items.flatMap((item) => readLink(item, `${keyword}:links`, reading))
  if (map !== null) wrongType(links?.value ?? node, `${keyword}:links`, 'a list of links', reading)
  return []
}

const linkKeywords = { known: ['name', 'url', 'filepath', 'link_type'] }
const readLinkType = choiceReader(['other', 'runbook', 'package', 'image'])

function readLink(item: Located, keyword: string, reading: Reading): PlanReleaseLink[] {
  const map = readMap(item, keyword, 'a map with name and url', reading)
  if (map === null) return []
  const fields = readFields(map, linkKeywords, keyword, reading)
  if (!fields.has('name') || !fields.has('url')) {
    wrongType(item, keyword, 'a map with name and url', reading)
    return []
  }
  const given = readGiven<PlanReleaseLink>(
    fields,
    keyword,
    {
      name: ['name', readFilled],
      url: ['url', readFilled],
      filepath: ['filepath', readFilepath],
      linkType: ['link_type', readLinkType],
    },
    reading,
  )
  return [{ name: '', url: '', ...given }]
}

function readFilepath(node: Located, keyword: string, reading: Reading): string {
  const text = readText(node, keyword, reading)
  if (isText(node) && !text.startsWith('/')) wrongValue(node, keyword, 'a path that begins with "/"', reading)
  return text
}
