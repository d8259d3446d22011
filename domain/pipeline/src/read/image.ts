import type { PlanJob } from '@sluice/contracts/plan'
import type { Located } from '../yaml/located.ts'
import { readFields } from './fields.ts'
import type { Reading } from './reading.ts'
import { isText, readMap, readText, readTextOrList, wrongType } from './values.ts'

type Image = NonNullable<PlanJob['image']>
type Service = PlanJob['services'][number]

const imageKeywords = { known: ['name', 'entrypoint'], unsupported: ['pull_policy', 'docker', 'kubernetes'] }

export function readImage(node: Located, keyword: string, reading: Reading): Image | null {
  if (isText(node)) return { name: node.value, entrypoint: [] }
  const map = readMap(node, keyword, 'the name of an image, or a map with name', reading)
  if (map === null) return null
  const fields = readFields(map, imageKeywords, keyword, reading)
  const name = fields.get('name')
  if (name === undefined) {
    wrongType(node, keyword, 'a map with name', reading)
    return null
  }
  const entrypoint = fields.get('entrypoint')
  return {
    name: readText(name.value, `${keyword}:name`, reading),
    entrypoint: entrypoint === undefined ? [] : readTextOrList(entrypoint.value, `${keyword}:entrypoint`, reading),
  }
}

const serviceKeywords = {
  known: ['name', 'alias'],
  unsupported: ['entrypoint', 'command', 'variables', 'pull_policy', 'docker', 'kubernetes'],
}

export function readServices(node: Located, keyword: string, reading: Reading): Service[] {
  if (node.kind === 'list') return node.items.flatMap((item) => readService(item, keyword, reading))
  wrongType(node, keyword, 'a list of images', reading)
  return []
}

function readService(item: Located, keyword: string, reading: Reading): Service[] {
  if (isText(item)) return [{ name: item.value, alias: null }]
  const map = readMap(item, keyword, 'the name of an image, or a map with name', reading)
  if (map === null) return []
  const fields = readFields(map, serviceKeywords, keyword, reading)
  const name = fields.get('name')
  if (name === undefined) {
    wrongType(item, keyword, 'a map with name', reading)
    return []
  }
  const alias = fields.get('alias')
  return [
    {
      name: readText(name.value, `${keyword}:name`, reading),
      alias: alias === undefined ? null : readText(alias.value, `${keyword}:alias`, reading),
    },
  ]
}
