import type { SourcePosition } from '@sluice/contracts/plan'
import type { LocatedMap } from '../yaml/located.ts'
import { readFields } from '../read/fields.ts'
import type { Reading } from '../read/reading.ts'
import { readRules, type Rule } from '../read/rules.ts'
import { isText, readText, wrongType } from '../read/values.ts'
import { quote, type Located } from '../yaml/located.ts'

/** One entry of `include:`. */
export interface IncludeEntry {
  /** As written; may hold variables and wildcards. */
  local: string
  place: SourcePosition
  rules: readonly Rule[] | null
}

const includeKeywords = {
  known: ['local', 'rules'],
  unsupported: [
    'remote',
    'project',
    'file',
    'ref',
    'template',
    'component',
    'artifact',
    'job',
    'inputs',
    'integrity',
    'cache',
  ],
}

/** `include:` as a text, a map or a list of both. */
export function readIncludes(root: LocatedMap, reading: Reading): IncludeEntry[] {
  const node = root.entries.get('include')?.value
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return []
  const items = node.kind === 'list' ? node.items : [node]
  return items.flatMap((item) => readEntry(item, reading))
}

function readEntry(item: Located, reading: Reading): IncludeEntry[] {
  if (isText(item)) return readShort(item.value, item, reading)
  if (item.kind !== 'map') {
    wrongType(item, 'include', 'a path, or a map with local', reading)
    return []
  }
  const fields = readFields(item, includeKeywords, 'include', reading)
  const [local, rules] = [fields.get('local'), fields.get('rules')]
  if (local === undefined) {
    const refused = includeKeywords.unsupported.some((key) => item.entries.has(key))
    if (!refused) wrongType(item, 'include', 'a map with local', reading)
    return []
  }
  return [
    {
      local: readText(local.value, 'include:local', reading),
      place: local.value.place,
      rules: rules === undefined ? null : readRules(rules.value, 'include', reading),
    },
  ]
}

function readShort(text: string, item: Located, reading: Reading): IncludeEntry[] {
  if (!/^https?:\/\//i.test(text)) return [{ local: text, place: item.place, rules: null }]
  const message = `Cannot include ${quote(text)}: keyword "include:remote" is not supported yet`
  reading.mistakes.add('PIPELINE_UNSUPPORTED', item.place, message)
  return []
}
