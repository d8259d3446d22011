import type { Located } from '../yaml/located.ts'
import { readFields } from './fields.ts'
import type { Reading } from './reading.ts'
import { readMap, readTextOrList, wrongType, wrongValue } from './values.ts'
import { isVariableName } from './variable-name.ts'

type IdTokens = Record<string, { aud: string[] }>

/** `id_tokens: { NAME: { aud } }`. */
export function readIdTokens(node: Located, keyword: string, reading: Reading): IdTokens {
  const map = readMap(node, keyword, 'a map of variables and their aud', reading)
  const named = [...(map?.entries ?? [])].filter(([name, entry]) => isVariableName(name, entry, keyword, reading))
  return Object.fromEntries(named.map(([name, { value }]) => [name, readToken(value, keyword, reading)]))
}

function readToken(node: Located, keyword: string, reading: Reading): { aud: string[] } {
  const map = readMap(node, keyword, 'a map with aud', reading)
  if (map === null) return { aud: [] }
  const aud = readFields(map, { known: ['aud'] }, keyword, reading).get('aud')
  if (aud === undefined) {
    wrongType(node, keyword, 'a map with aud', reading)
    return { aud: [] }
  }
  const audiences = readTextOrList(aud.value, `${keyword}:aud`, reading)
  if (aud.value.kind === 'list' && audiences.length === 0)
    wrongValue(aud.value, `${keyword}:aud`, 'at least one audience', reading)
  return { aud: audiences }
}
