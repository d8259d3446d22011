import type { PlanCache, SourcePosition } from '@sluice/contracts/plan'
import type { Located } from '../yaml/located.ts'
import { readUploadWhen } from './artifacts.ts'
import { readFields } from './fields.ts'
import type { Reading } from './reading.ts'
import { isText, readBoolean, readMap, readText, readTextList, wrongType, wrongValue } from './values.ts'

/** One cache before its variables are filled in; `policy` may be a variable. */
export interface CacheDefinition extends Omit<PlanCache, 'policy'> {
  policy: string
  policyPlace: SourcePosition
}

const cacheKeywords = {
  known: ['key', 'paths', 'policy', 'when', 'untracked'],
  withoutEffect: ['fallback_keys'],
  unsupported: ['unprotect'],
}

export const cachePolicies = ['pull-push', 'pull', 'push'] as const

/** One cache or a list of four at most. */
export function readCaches(node: Located, keyword: string, reading: Reading): CacheDefinition[] {
  if (node.kind !== 'list') return readCache(node, keyword, reading)
  if (node.items.length > 4) wrongValue(node, keyword, 'four caches at most', reading)
  return node.items.flatMap((item) => readCache(item, keyword, reading))
}

function readCache(node: Located, keyword: string, reading: Reading): CacheDefinition[] {
  const map = readMap(node, keyword, 'a map with paths', reading)
  if (map === null) return []
  const fields = readFields(map, cacheKeywords, keyword, reading)
  const field = <T>(key: string, absent: T, read: (node: Located, keyword: string, reading: Reading) => T): T => {
    const entry = fields.get(key)
    return entry === undefined ? absent : read(entry.value, `${keyword}:${key}`, reading)
  }
  return [
    {
      ...field('key', noKey, readKey),
      paths: field('paths', [], readTextList),
      untracked: field('untracked', false, readBoolean),
      policy: field('policy', 'pull-push', readPolicy),
      policyPlace: fields.get('policy')?.value.place ?? node.place,
      when: field('when', 'on_success', readUploadWhen),
    },
  ]
}

type Key = Pick<PlanCache, 'key' | 'keyFiles' | 'keyPrefix'>

const noKey: Key = { key: 'default', keyFiles: [], keyPrefix: '' }

/** `key: text`, or `key: { files, prefix }` with two files at most. */
function readKey(node: Located, keyword: string, reading: Reading): Key {
  if (node.kind === 'scalar' && node.value !== null && typeof node.value !== 'boolean')
    return { ...noKey, key: node.text }
  const map = readMap(node, keyword, 'a text, or a map with files', reading)
  if (map === null) return noKey
  const fields = readFields(map, { known: ['files', 'prefix'], unsupported: ['files_commits'] }, keyword, reading)
  const [files, prefix] = [fields.get('files'), fields.get('prefix')]
  if (files === undefined) {
    if (!map.entries.has('files_commits')) wrongType(node, keyword, 'a map with files', reading)
    return noKey
  }
  const keyFiles = readTextList(files.value, `${keyword}:files`, reading)
  if (keyFiles.length < 1 || keyFiles.length > 2)
    wrongValue(files.value, `${keyword}:files`, 'one or two files', reading)
  return {
    ...noKey,
    keyFiles,
    keyPrefix: prefix === undefined ? '' : readText(prefix.value, `${keyword}:prefix`, reading),
  }
}

function readPolicy(node: Located, keyword: string, reading: Reading): string {
  const policy = readText(node, keyword, reading)
  const known = cachePolicies.some((choice) => choice === policy) || policy.includes('$')
  if (isText(node) && !known) wrongValue(node, keyword, `one of: ${cachePolicies.join(', ')}`, reading)
  return policy
}
