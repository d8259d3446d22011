import type { PlanImage, PlanService, PullPolicy } from '@sluice/contracts/plan'
import type { Located, LocatedEntry } from '../yaml/located.ts'
import { fieldReader } from './field-reader.ts'
import { readFields } from './fields.ts'
import { readNamedMap } from './named-map.ts'
import { readGiven } from './read-given.ts'
import type { Reading } from './reading.ts'
import { choiceReader, flatItems, isText, readMap, readText, readTextList, wrongType, wrongValue } from './values.ts'
import { readVariables } from './variables.ts'

const imageKeywords = { known: ['name', 'entrypoint', 'pull_policy', 'docker', 'kubernetes'] }

export function readImage(node: Located, keyword: string, reading: Reading): PlanImage | null {
  if (isText(node)) return { name: readName(node, keyword, reading), entrypoint: [] }
  const named = readNamedMap(node, keyword, 'an image', imageKeywords, reading)
  if (named === null) return null
  const { name, fields } = named
  return {
    name: readName(name, `${keyword}:name`, reading),
    entrypoint: fieldReader(fields, keyword, reading)('entrypoint', [], readTextList),
    ...readContainer(fields, keyword, reading),
  }
}

const serviceKeywords = {
  known: ['name', 'alias', 'entrypoint', 'command', 'variables', 'pull_policy', 'docker', 'kubernetes'],
}

export function readServices(node: Located, keyword: string, reading: Reading): PlanService[] {
  if (node.kind === 'list') return flatItems(node, 1).flatMap((item) => readService(item, keyword, reading))
  wrongType(node, keyword, 'a list of images', reading)
  return []
}

function readService(item: Located, keyword: string, reading: Reading): PlanService[] {
  if (isText(item)) return [{ name: readName(item, keyword, reading), alias: null }]
  const named = readNamedMap(item, keyword, 'an image', serviceKeywords, reading)
  if (named === null) return []
  const { name, fields } = named
  const own = readGiven<Pick<PlanService, 'entrypoint' | 'command' | 'variables'>>(
    fields,
    keyword,
    {
      entrypoint: ['entrypoint', readTextList],
      command: ['command', readTextList],
      variables: ['variables', readVariables],
    },
    reading,
  )
  return [
    {
      name: readName(name, `${keyword}:name`, reading),
      alias: fieldReader(fields, keyword, reading)('alias', null, readName),
      ...own,
      ...readContainer(fields, keyword, reading),
    },
  ]
}

function readName(node: Located, keyword: string, reading: Reading): string {
  const name = readText(node, keyword, reading)
  if (isText(node) && name.trim() === '') wrongValue(node, keyword, 'a name', reading)
  return name
}

type Container = Pick<PlanImage, 'pullPolicy' | 'docker' | 'kubernetes'>

function readContainer(
  fields: ReadonlyMap<string, LocatedEntry>,
  keyword: string,
  reading: Reading,
): Partial<Container> {
  return readGiven<Container>(
    fields,
    keyword,
    {
      pullPolicy: ['pull_policy', readPullPolicies],
      docker: ['docker', readDocker],
      kubernetes: ['kubernetes', readKubernetes],
    },
    reading,
  )
}

const readPullPolicy = choiceReader<PullPolicy>(['always', 'if-not-present', 'never'])

/** One policy or a list of them. */
function readPullPolicies(node: Located, keyword: string, reading: Reading): PullPolicy[] {
  const items = node.kind === 'list' ? node.items : [node]
  if (items.length === 0) wrongValue(node, keyword, 'at least one policy', reading)
  return items.map((item) => readPullPolicy(item, keyword, reading))
}

type Docker = NonNullable<PlanImage['docker']>

function readDocker(node: Located, keyword: string, reading: Reading): Docker {
  const map = readMap(node, keyword, 'a map with platform or user', reading)
  if (map === null) return {}
  const fields = readFields(map, { known: ['platform', 'user'] }, keyword, reading)
  return readGiven<Docker>(fields, keyword, { platform: ['platform', readName], user: ['user', readUser] }, reading)
}

function readKubernetes(node: Located, keyword: string, reading: Reading): { user?: string } {
  const map = readMap(node, keyword, 'a map with user', reading)
  if (map === null) return {}
  const fields = readFields(map, { known: ['user'] }, keyword, reading)
  return readGiven<{ user?: string }>(fields, keyword, { user: ['user', readUser] }, reading)
}

/** A name or a number, at most 255 characters. */
function readUser(node: Located, keyword: string, reading: Reading): string {
  const isNumber = node.kind === 'scalar' && typeof node.value === 'number'
  const user = isNumber ? node.text : readName(node, keyword, reading)
  if (user.length > 255) wrongValue(node, keyword, '255 characters at most', reading)
  return user
}
