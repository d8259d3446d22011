import type { Located } from '../yaml/located.ts'
import { readFields } from './fields.ts'
import type { Reading } from './reading.ts'
import { choiceReader, isText, readMap, readText, wrongType } from './values.ts'

export interface EnvironmentDefinition {
  name: string
  url: string | null
  action: string
  /** GitLab's `deployment_tier`; becomes CI_ENVIRONMENT_TIER. */
  tier: string | null
}

const environmentKeywords = {
  known: ['name', 'url', 'action', 'deployment_tier'],
  unsupported: ['on_stop', 'auto_stop_in', 'kubernetes'],
}

const readAction = choiceReader(['start', 'prepare', 'stop', 'verify', 'access'])
const readTier = choiceReader(['production', 'staging', 'testing', 'development', 'other'])

export function readEnvironment(node: Located, keyword: string, reading: Reading): EnvironmentDefinition | null {
  if (isText(node)) return { name: node.value, url: null, action: 'start', tier: null }
  const map = readMap(node, keyword, 'the name of an environment, or a map with name', reading)
  if (map === null) return null
  const fields = readFields(map, environmentKeywords, keyword, reading)
  const name = fields.get('name')
  if (name === undefined) {
    wrongType(node, keyword, 'a map with name', reading)
    return null
  }
  const [url, action, tier] = [fields.get('url'), fields.get('action'), fields.get('deployment_tier')]
  return {
    name: readText(name.value, `${keyword}:name`, reading),
    url: url === undefined ? null : readText(url.value, `${keyword}:url`, reading),
    action: action === undefined ? 'start' : readAction(action.value, `${keyword}:action`, reading),
    tier: tier === undefined ? null : readTier(tier.value, `${keyword}:deployment_tier`, reading),
  }
}
