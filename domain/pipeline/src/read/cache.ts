import type { PlanCache, SourcePosition } from '@sluice/contracts/plan'
import type { Located } from '../yaml/located.ts'
import { readUploadWhen } from './artifacts.ts'
import { fieldReader } from './field-reader.ts'
import { readFields } from './fields.ts'
import type { Reading } from './reading.ts'
import { isText, readBoolean, readMap, readText, readTextList, wrongType, wrongValue } from './values.ts'

/** One cache before its variables are filled in; `policy` may be a variable. */
export interface CacheDefinition extends Omit<PlanCache, 'policy'> {
  policy: string
  policyPlace: SourcePosition
}

const cacheKeywords = {
  known: ['key', 'paths', 'policy', 'when', 'untracked', 'fallback_keys', 'unprotect'],
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
  const field = fieldReader(fields, keyword, reading)
  return [
    {
      ...field('key', noKey, readKey),
      paths: field('paths', [], readTextList),
      untracked: field('untracked', false, readBoolean),
      policy: field('policy', 'pull-push', readPolicy),
      policyPlace: fields.get('policy')?.value.place ?? node.place,
      when: field('when', 'on_success', readUploadWhen),
      ...(fields.has('fallback_keys') ? { fallbackKeys: field('fallback_keys', [], readFallbackKeys) } : {}),
      ...(field('unprotect', false, readBoolean) ? { unprotect: true as const } : {}),
    },
  ]
}

/** Five at most, as GitLab has it. */
function readFallbackKeys(node: Located, keyword: string, reading: Reading): string[] {
  const keys = readTextList(node, keyword, reading)
  if (keys.length > 5) wrongValue(node, keyword, 'five keys at most', reading)
  if (node.kind === 'list') for (const item of node.items) checkKey(item, keyword, reading)
  return keys
}

/** No `/`, also not as `%2F`, and not dots alone (GitLab's `cache:key`). */
function checkKey(node: Located, keyword: string, reading: Reading): void {
  if (node.kind !== 'scalar') return
  if (/\/|%2f/i.test(node.text) || /^(\.|%2e)+$/i.test(node.text))
    wrongValue(node, keyword, 'a text without "/" that is not dots alone', reading)
}

type Key = Pick<PlanCache, 'key' | 'keyFiles' | 'keyPrefix' | 'keyByCommit'>

const noKey: Key = { key: 'default', keyFiles: [], keyPrefix: '' }

/** `key: text`, or `key: { files, prefix }` with two files at most, whose commits count where it is `files_commits`. */
function readKey(node: Located, keyword: string, reading: Reading): Key {
  if (node.kind === 'scalar' && node.value !== null && typeof node.value !== 'boolean') {
    checkKey(node, keyword, reading)
    return { ...noKey, key: node.text }
  }
  const map = readMap(node, keyword, 'a text, or a map with files', reading)
  if (map === null) return noKey
  const fields = readFields(map, { known: ['files', 'files_commits', 'prefix'] }, keyword, reading)
  const [byContent, byCommit, prefix] = [fields.get('files'), fields.get('files_commits'), fields.get('prefix')]
  const files = byContent ?? byCommit
  if (files === undefined) {
    wrongType(node, keyword, 'a map with files or files_commits', reading)
    return noKey
  }
  if (byContent !== undefined && byCommit !== undefined)
    wrongValue(byCommit.value, `${keyword}:files_commits`, 'files or files_commits, not both', reading)
  const name = `${keyword}:${byContent === undefined ? 'files_commits' : 'files'}`
  const keyFiles = readTextList(files.value, name, reading)
  const isList = files.value.kind === 'list'
  if (isList && (keyFiles.length < 1 || keyFiles.length > 2)) wrongValue(files.value, name, 'one or two files', reading)
  if (prefix !== undefined) checkKey(prefix.value, `${keyword}:prefix`, reading)
  return {
    ...noKey,
    keyFiles,
    ...(byContent === undefined ? { keyByCommit: true as const } : {}),
    keyPrefix: prefix === undefined ? '' : readText(prefix.value, `${keyword}:prefix`, reading),
  }
}

function readPolicy(node: Located, keyword: string, reading: Reading): string {
  const policy = readText(node, keyword, reading)
  const known = cachePolicies.some((choice) => choice === policy) || policy.includes('$')
  if (isText(node) && !known) wrongValue(node, keyword, `one of: ${cachePolicies.join(', ')}`, reading)
  return policy
}
